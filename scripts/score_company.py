"""Score a built reconciliation against the faults that were planted in its company.

Reads the marts of a DuckDB database and the labels of scripts/generate_company.py. A fault is found
when a break or a quarantined row is about its record or its document, and its cause is right when
the largest of those breaks, or the quarantine, names it. A clean document is broken when a break is
about a document and a record that no label mentions. A match that awaits a person's confirmation
(status suggested) stands in the queue too, so it counts as found, but on a clean document it breaks
nothing; --breaks-only leaves suggestions out.

Exit code: 0 all found and nothing else broken, 1 otherwise, 2 input that cannot be read.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

BROKEN = ("discrepancy", "expected_only", "recorded_only")
LISTED = 20
HEADINGS = ("cause", "injected", "found", "recall", "cause right", "cause accuracy")


class Break(NamedTuple):
    """An item that did not reconcile, or a row that could not be read (leg `quarantine`)."""

    leg: str
    status: str
    record: str
    document: str
    cause: str
    amount: Decimal
    records: frozenset[str]
    explanation: str


class Score(NamedTuple):
    """Counts by cause, and the breaks that no label accounts for."""

    injected: dict[str, int]
    found: dict[str, int]
    right: dict[str, int]
    missed: list[dict[str, str]]
    misnamed: list[tuple[dict[str, str], str]]
    clean_broken: list[Break]
    breaks: int


def build_parser() -> argparse.ArgumentParser:
    """Return the command line of the script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", type=Path, required=True, help="DuckDB file that was built")
    parser.add_argument("--labels", type=Path, required=True, help="labels.csv of the company")
    parser.add_argument("--schema", default="main", help="schema of the marts (default main)")
    parser.add_argument("--format", choices=("text", "markdown"), default="text")
    parser.add_argument(
        "--breaks-only", action="store_true",
        help="a suggested match that is about a fault does not count as found",
    )  # fmt: skip
    parser.add_argument(
        "--min-cause-accuracy", type=float, default=0.98,
        help="share of found faults whose cause must be right (default 0.98)",
    )  # fmt: skip
    return parser


def read_labels(path: Path) -> list[dict[str, str]]:
    """Return the labels; ValueError when the file has other columns."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        needed = {"source_table", "record_id", "cause", "document_reference"}
        if not needed <= set(reader.fieldnames or ()):
            raise ValueError(f"{path} lacks columns: {', '.join(sorted(needed))}")
        return list(reader)


def read_breaks(
    connection: duckdb.DuckDBPyConnection, schema: str, statuses: Sequence[str] = BROKEN
) -> list[Break]:
    """Return every item in one of the statuses and every quarantined row."""
    marts = _quoted(schema)
    parts: dict[str, set[str]] = defaultdict(set)
    marks = ", ".join(f"'{status}'" for status in statuses)
    rows = connection.execute(
        f"select parts.item_id, parts.source_record_id from {marts}.fct_item_parts as parts "
        f"inner join {marts}.fct_reconciliation_items as items on parts.item_id = items.item_id "
        f"where items.status in ({marks})"
    ).fetchall()
    for item_id, record in rows:
        parts[item_id].add(record)
    items = connection.execute(
        "select item_id, leg, status, source_record_id, document_reference, cause, amount, "
        f"explanation from {marts}.fct_reconciliation_items where status in ({marks}) "
        "order by item_id"
    ).fetchall()
    breaks = [
        Break(leg, status, record or "", document or "", cause or "", abs(amount or Decimal(0)),
              frozenset(parts.get(item_id, ())) | {record or ""}, text or "")
        for item_id, leg, status, record, document, cause, amount, text in items
    ]  # fmt: skip
    quarantined = connection.execute(
        "select source_record_id, reason, amount "
        f"from {marts}.fct_quarantined_rows order by 1 nulls first, 2"
    ).fetchall()
    for record, reason, amount in quarantined:
        amount = Decimal(0) if amount is None else abs(Decimal(str(amount)))
        name, own = "quarantine", frozenset({record or ""})
        breaks.append(Break(name, name, record or "", "", reason, amount, own, ""))
    return breaks


def read_journal_lines(
    connection: duckdb.DuckDBPyConnection, schema: str, journals: Iterable[str]
) -> dict[str, set[str]]:
    """Return {journal: its line ids} from the ledger's own schema or else from the demo seed."""
    wanted = sorted(set(journals))
    tables = ("xero.journal_line", f"{_quoted(schema)}.xero__journal_line")
    for table in tables:
        try:
            rows = connection.execute(
                f"select journal_id, journal_line_id from {table} where journal_id in "
                "(select unnest(?::varchar[]))",
                [wanted],
            ).fetchall()
        except duckdb.CatalogException:
            continue
        lines: dict[str, set[str]] = defaultdict(set)
        for journal, line in rows:
            lines[journal].add(line)
        return lines
    raise ValueError(f"no journal lines: none of {', '.join(tables)} exists")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def score(
    labels: list[dict[str, str]], breaks: list[Break], journal_lines: dict[str, set[str]]
) -> Score:
    """Compare labels with breaks."""
    by_record: dict[str, list[int]] = defaultdict(list)
    by_document: dict[str, list[int]] = defaultdict(list)
    for number, label in enumerate(labels):
        record = label["record_id"]
        for key in {record, *journal_lines.get(record, ())}:
            by_record[key].append(number)
        for key in {label["document_reference"], record} - {""}:
            by_document[key].append(number)
    touching: dict[int, list[Break]] = defaultdict(list)
    clean_broken = []
    for item in breaks:
        hits = set(by_document.get(item.document, ()))
        for record in item.records:
            hits.update(by_record.get(record, ()))
        for number in hits:
            touching[number].append(item)
        if not hits and item.status != "suggested":
            clean_broken.append(item)
    injected: dict[str, int] = defaultdict(int)
    found: dict[str, int] = defaultdict(int)
    right: dict[str, int] = defaultdict(int)
    missed, misnamed = [], []
    for number, label in enumerate(labels):
        cause = label["cause"]
        injected[cause] += 1
        if not touching[number]:
            missed.append(label)
            continue
        found[cause] += 1
        named = causes_named(touching[number])
        if cause in named:
            right[cause] += 1
        else:
            misnamed.append((label, ", ".join(sorted(named))))
    count = sum(item.status != "suggested" for item in breaks)
    return Score(injected, found, right, missed, misnamed, clean_broken, count)


def causes_named(breaks: Sequence[Break]) -> set[str]:
    """Return the causes of the largest breaks, and every reason of a quarantine."""
    items = [item for item in breaks if item.leg != "quarantine"]
    largest = max((item.amount for item in items), default=Decimal(0))
    named = {item.cause for item in items if item.amount == largest}
    return named | {item.cause for item in breaks if item.leg == "quarantine"}


def share(part: int, whole: int) -> str:
    """Return a percentage; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def report_rows(result: Score) -> list[tuple[str, ...]]:
    """Return one row per cause and one for all together."""
    rows = []
    for cause in sorted(result.injected):
        injected, found = result.injected[cause], result.found.get(cause, 0)
        right = result.right.get(cause, 0)
        rows.append((cause, injected, found, right))
    rows.append(("all", *(sum(row[column] for row in rows) for column in (1, 2, 3))))
    return [
        (cause, str(injected), str(found), share(found, injected), str(right), share(right, found))
        for cause, injected, found, right in rows
    ]


def render(headings: Sequence[str], rows: Sequence[Sequence[Any]], markdown: bool) -> str:
    """Return a table as aligned text or as markdown; the first column is text, the rest numbers."""
    table = [tuple(map(str, row)) for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    lines = []
    for number, row in enumerate(table):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append(f"| {' | '.join(cells)} |" if markdown else "  ".join(cells))
        if number == 0:
            rules = ["-" * width for width in widths]
            right = [f"{rule[:-1]}:" for rule in rules[1:]]
            lines.append(f"| {' | '.join([rules[0], *right])} |" if markdown else "  ".join(rules))
    return "\n".join(lines)


def describe(item: Break) -> str:
    """Return a break in one line."""
    subject = item.document or item.record
    return f"{item.leg} {subject} {item.amount} {item.cause}: {item.explanation}".rstrip(": ")


def print_report(result: Score, markdown: bool) -> None:
    """Print the table of causes, what was missed or misnamed, and what else broke."""
    print(render(HEADINGS, report_rows(result), markdown))
    bullet = "- " if markdown else "  "
    sections = [
        ("Not found", [f"{label['cause']} {label['source_table']} {label['record_id']} "
                       f"{label['document_reference']}".rstrip() for label in result.missed]),
        ("Found under another cause",
         [f"{label['cause']} {label['record_id']} {label['document_reference']}: {named}"
          for label, named in result.misnamed]),
        ("Clean documents broken", [describe(item) for item in result.clean_broken]),
    ]  # fmt: skip
    for title, lines in sections:
        if lines:
            print(f"\n{title}: {len(lines)}")
            print("\n".join(bullet + line for line in lines[:LISTED]))
            if len(lines) > LISTED:
                print(f"{bullet}... and {len(lines) - LISTED} more")
    clean = len(result.clean_broken)
    documents = len({item.document or item.record for item in result.clean_broken})
    print(
        f"\n{result.breaks} breaks and quarantined rows, {result.breaks - clean} about planted "
        f"faults: precision {share(result.breaks - clean, result.breaks)}; "
        f"clean documents broken: {documents}"
    )


def passes(result: Score, min_cause_accuracy: float) -> bool:
    """Return whether everything planted was found and named, and nothing else broke."""
    found, right = sum(result.found.values()), sum(result.right.values())
    named = right >= min_cause_accuracy * found
    return not result.missed and not result.clean_broken and named


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    args = build_parser().parse_args(arguments)
    try:
        labels = read_labels(args.labels)
        with duckdb.connect(str(args.database), read_only=True) as connection:
            statuses = BROKEN if args.breaks_only else (*BROKEN, "suggested")
            breaks = read_breaks(connection, args.schema, statuses)
            journals = [
                label["record_id"] for label in labels if label["source_table"] == "xero.journal"
            ]
            lines = read_journal_lines(connection, args.schema, journals)
    except (OSError, ValueError, duckdb.Error) as error:
        print(f"score_company.py: error: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    result = score(labels, breaks, lines)
    print_report(result, args.format == "markdown")
    return 0 if passes(result, args.min_cause_accuracy) else 1


if __name__ == "__main__":
    sys.exit(main())
