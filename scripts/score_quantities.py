"""Score a built reconciliation of quantities against what was planted in its data.

Reads the findings of a DuckDB database and the labels of scripts/generate_msp.py (or those of the
demo) and prints one table. A fault is found when a finding that calls for somebody's work is about
its client, service and month, or about the name that no mapping knows; it is named right when one
of those findings is the cause that was expected; its money is found as far as the findings come to
the same amount. A context is what looks wrong and is not: any such finding about it is an alarm,
as is any about a client, service and month without a label.

Exit code: 0 all money found, every fault named and no alarm, 1 otherwise, 2 input that cannot be read.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb

HEADINGS = (
    "planted", "expected", "number", "found", "named right", "units right", "money at stake", "money found", "share",
    "alarms",
)  # fmt: skip
NEEDED = {"label_class", "kind", "expected", "client_id", "service_id", "period_start_date", "units", "amount",
          "currency", "reference"}  # fmt: skip
LISTED = 20
Key = tuple[str, str, str]


class Finding(NamedTuple):
    """A finding about a client, service and month; `amount` is the money at stake, `client` billing's own id.

    An unmapped name stands where the client or the service would.
    """

    client: str
    service: str
    month: str
    name: str
    kind: str
    is_alarm: bool
    units: Decimal
    amount: Decimal
    explanation: str

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.client, self.service, self.month


class Row(NamedTuple):
    """A line of the table; money by currency."""

    kind: str
    expected: str
    planted: int
    found: int
    named: int
    units: int
    stake: dict[str, Decimal]
    money: dict[str, Decimal]
    alarms: int


def build_parser() -> argparse.ArgumentParser:
    """Return the command line of the script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", type=Path, required=True, help="DuckDB file that was built")
    parser.add_argument("--labels", type=Path, required=True, help="labels.csv of what was planted")
    parser.add_argument("--schema", default="main", help="schema of the models (default main)")
    parser.add_argument("--entity", default="main", help="company to score (default main)")
    return parser


def read_labels(path: Path) -> list[dict[str, str]]:
    """Return the labels; ValueError when the file has other columns."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not NEEDED <= set(reader.fieldnames or ()):
            raise ValueError(f"{path} lacks columns: {', '.join(sorted(NEEDED - set(reader.fieldnames or ())))}")
        return list(reader)


def read_findings(connection: duckdb.DuckDBPyConnection, schema: str, entity: str) -> list[Finding]:
    """Every finding of a company, with units and money in the units that people read."""
    quoted = '"' + schema.replace('"', '""') + '"'
    rows = connection.execute(
        f"""
        select
            coalesce(customers.source_record_id, findings.client_id, chain.client_reference),
            coalesce(findings.service_id, chain.service_reference),
            cast(findings.period_start_date as varchar), findings.finding, findings.kind, findings.is_alarm,
            cast(findings.quantity_difference_millionths as decimal(28, 6)) / 1000000,
            coalesce(findings.stake_amount_minor, 0), currencies.exponent, findings.explanation
        from {quoted}.int_usage_findings as findings
        inner join {quoted}.int_quantity_chain as chain on findings.chain_id = chain.chain_id
        left join {quoted}.int_customers as customers on findings.client_id = customers.customer_id
        inner join {quoted}.currencies as currencies on findings.currency_code = currencies.currency_code
        where findings.entity_id = ?
        order by findings.finding_id
        """,
        [entity],
    ).fetchall()
    return [
        Finding(str(client or "").lower(), str(service or "").lower(), month[:7], name, kind, is_alarm,
                Decimal(str(units or 0)), Decimal(minor).scaleb(-exponent), explanation or "")
        for client, service, month, name, kind, is_alarm, units, minor, exponent, explanation in rows
    ]  # fmt: skip


def keys_of(label: dict[str, str]) -> set[Key]:
    """What a label is about; an unmapped name may stand for the client or for the service."""
    client, service, month = (label[name].lower() for name in ("client_id", "service_id", "period_start_date"))
    name = label["reference"].lower()
    return {(name, service, month[:7]), (client, name, month[:7])} if name else {(client, service, month[:7])}


def money_found(planted: Decimal, found: Decimal) -> Decimal:
    """How much of a planted amount was found: what is missing counts against it, and what is too much as well."""
    return max(Decimal(0), abs(planted) - abs(planted - found))


def score(labels: list[dict[str, str]], findings: list[Finding]) -> tuple[list[Row], list[Finding], list[str]]:
    """The rows of the table, the alarms that no fault accounts for, and a line for each fault not found exactly."""
    alarms: dict[Key, list[Finding]] = defaultdict(list)
    classes: dict[Key, set[str]] = defaultdict(set)
    for finding in findings:
        classes[finding.key].add(finding.name)
        if finding.is_alarm:
            alarms[finding.key].append(finding)
    about = [(label, [alarm for key in keys_of(label) for alarm in alarms[key]]) for label in labels]
    faulty = {key for label in labels if label["label_class"] == "fault" for key in keys_of(label)}
    grouped: dict[tuple[str, str, str], list[tuple[dict[str, str], list[Finding]]]] = defaultdict(list)
    for label, own in about:
        grouped[label["label_class"], label["kind"], label["expected"]].append((label, own))
    rows, missed = [], []
    for (label_class, kind, expected), group in sorted(grouped.items(), reverse=True):
        rows.append(_row(label_class, kind, expected, group, classes, faulty))
        missed += [line for pair in group if label_class == "fault" for line in _missed(*pair)]
    false = [alarm for key, several in alarms.items() if key not in faulty for alarm in several]
    return rows, false, missed


def _row(
    label_class: str, kind: str, expected: str, group: list[tuple[dict[str, str], list[Finding]]],
    classes: dict[Key, set[str]], faulty: set[Key],
) -> Row:  # fmt: skip
    """One line of the table."""
    stake: dict[str, Decimal] = Counter()
    money: dict[str, Decimal] = Counter()
    found = named = units = alarms = 0
    for label, own in group:
        names = {name for key in keys_of(label) for name in classes[key]}
        named += expected in names
        if label_class == "context":
            found += expected in names
            alarms += sum(alarm.key not in faulty for alarm in own)
            continue
        found += bool(own)
        units += any(alarm.units == Decimal(label["units"]) for alarm in own)
        planted = Decimal(label["amount"])
        stake[label["currency"]] += abs(planted)
        money[label["currency"]] += money_found(planted, sum((alarm.amount for alarm in own), Decimal(0)))
    return Row(kind, expected, len(group), found, named, units, dict(stake), dict(money), alarms)


def _missed(label: dict[str, str], own: list[Finding]) -> list[str]:
    """A sentence about a fault that was not found, not named or not found in full."""
    amount = sum((alarm.amount for alarm in own), Decimal(0))
    if own and amount == Decimal(label["amount"]) and label["expected"] in {alarm.name for alarm in own}:
        return []
    what = " ".join(label[name] for name in ("kind", "client_id", "service_id", "period_start_date"))
    said = "; ".join(f"{alarm.name} {alarm.units:f} units {alarm.amount:f}" for alarm in own) or "nothing"
    return [f"{what}: planted {label['expected']} {label['units']} units {label['amount']}, found {said}"]


def _money(amounts: dict[str, Decimal]) -> str:
    """Amounts by currency."""
    return " + ".join(f"{amount:,.2f} {code}" for code, amount in sorted(amounts.items())) or "-"


def _share(stake: dict[str, Decimal], money: dict[str, Decimal]) -> str:
    """The smallest share of any currency."""
    shares = [100 * money[code] / amount for code, amount in stake.items() if amount]
    return f"{min(shares):.2f} %" if shares else "-"


def _total(rows: Iterable[Row], name: str) -> Row:
    """The sum of rows."""
    several = list(rows)
    stake: dict[str, Decimal] = Counter()
    money: dict[str, Decimal] = Counter()
    for row in several:
        for code, amount in row.stake.items():
            stake[code] += amount
            money[code] += row.money[code]
    counts = (sum(row[position] for row in several) for position in range(2, 6))
    return Row(name, "", *counts, dict(stake), dict(money), sum(row.alarms for row in several))


def print_table(rows: list[Row]) -> None:
    """Print the table, columns as wide as needed."""
    cells = [HEADINGS] + [
        (row.kind, row.expected, str(row.planted), str(row.found), str(row.named), str(row.units) if row.stake else "-",
         _money(row.stake), _money(row.money), _share(row.stake, row.money), "-" if row.stake else str(row.alarms))
        for row in rows
    ]  # fmt: skip
    widths = [max(len(line[position]) for line in cells) for position in range(len(HEADINGS))]
    for number, line in enumerate(cells):
        texts = (text.ljust(width) if position < 2 else text.rjust(width)
                 for position, (text, width) in enumerate(zip(line, widths)))  # fmt: skip
        print("  ".join(texts).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    args = build_parser().parse_args(arguments)
    try:
        labels = read_labels(args.labels)
        if not args.database.exists():
            raise ValueError(f"{args.database} does not exist")
        with duckdb.connect(str(args.database), read_only=True) as connection:
            findings = read_findings(connection, args.schema, args.entity)
    except (OSError, ValueError, duckdb.Error) as error:
        print(f"score_quantities.py: error: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    rows, false, missed = score(labels, findings)
    total = _total((row for row in rows if row.stake), "all faults")
    print_table([*rows, total])
    for line in missed[:LISTED]:
        print(f"not as planted: {line}")
    for alarm in false[:LISTED]:
        print(f"alarm without a fault: {alarm.client} {alarm.service} {alarm.month} {alarm.name} {alarm.explanation}")
    on_context = sum(row.alarms for row in rows)
    share = _share(total.stake, total.money)
    print(f"\n{share if total.stake else 'nothing'} of the money at stake found, {on_context} alarms on context classes, "
          f"{len(false) - on_context} elsewhere")
    return 0 if not missed and not false else 1


if __name__ == "__main__":
    sys.exit(main())
