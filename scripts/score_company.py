"""Score a built reconciliation against the faults that were planted in its company.

Reads the marts of a DuckDB database and the labels of scripts/generate_company.py, or with --seeds
generates a company per seed, builds all of them at once in a temporary copy of the project, and
scores each by its own labels. A fault is found
when a break or a quarantined row is about its record or its document, and its cause is right when
the largest of those breaks, or the quarantine, names it. A clean document is broken when a break is
about a document and a record that no label mentions. A match that awaits a person's confirmation
(status suggested) stands in the queue too, so it counts as found, but on a clean document it breaks
nothing; --breaks-only leaves suggestions out. A company without faults may have no exception.

Exit code: 0 all found and named and nothing else broken, 1 otherwise, 2 input that cannot be read.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

BROKEN = ("discrepancy", "expected_only", "recorded_only")
LISTED = 20
SEED_HEADINGS = (
    "company", "injected", "found", "cause right", "clean broken", "items", "exceptions", "queue",
)  # fmt: skip
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


class Share(NamedTuple):
    """How much of the work is left to people: counts of items, exceptions and rows of the queue."""

    items: int
    matched: int
    pending: int
    exceptions: int
    queue: int


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
    parser.add_argument("--database", type=Path, help="DuckDB file that was built")
    parser.add_argument("--labels", type=Path, help="labels.csv of the company")
    parser.add_argument(
        "--seeds", type=_seeds, help="generate and build these companies, such as 1-20 or 1,4,7"
    )
    parser.add_argument("--customers", type=int, default=40, help="of each company (default 40)")
    parser.add_argument("--months", type=int, default=13, help="of each company (default 13)")
    parser.add_argument(
        "--faults", default="default", help="as for generate_company.py (default: default)"
    )
    parser.add_argument("--controls", action="store_true", help="with --seeds: run data tests too")
    parser.add_argument("--keep", type=Path, help="with --seeds: build in this folder and keep it")
    parser.add_argument("--verbose", action="store_true", help="with --seeds: a row per company")
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


def _seeds(text: str) -> list[int]:
    """Whole numbers such as 1-3,7, each once."""
    found: dict[int, None] = {}
    for part in text.split(","):
        first, dash, last = part.partition("-")
        found.update(dict.fromkeys(range(int(first), int(last if dash else first) + 1)))
    if not found:
        raise argparse.ArgumentTypeError("no seed in that range")
    return list(found)


def read_labels(path: Path) -> list[dict[str, str]]:
    """Return the labels; ValueError when the file has other columns."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        needed = {"source_table", "record_id", "cause", "document_reference"}
        if not needed <= set(reader.fieldnames or ()):
            raise ValueError(f"{path} lacks columns: {', '.join(sorted(needed))}")
        return list(reader)


def read_breaks(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    statuses: Sequence[str] = BROKEN,
    entity: str | None = None,
) -> list[Break]:
    """Return every item in one of the statuses and every quarantined row, of one entity or all.

    Quantities have labels of their own: what is about them is for score_quantities.py.
    """
    marts, own = _quoted(schema), "" if entity is None else f" and entity_id = {_text(entity)}"
    parts: dict[str, set[str]] = defaultdict(set)
    marks = ", ".join(f"'{status}'" for status in statuses)
    rows = connection.execute(
        f"select parts.item_id, parts.source_record_id from {marts}.fct_item_parts as parts "
        f"inner join {marts}.fct_reconciliation_items as items on parts.item_id = items.item_id "
        f"where items.status in ({marks})" + own.replace("entity_id", "items.entity_id")
    ).fetchall()
    for item_id, record in rows:
        parts[item_id].add(record)
    items = connection.execute(
        "select item_id, leg, status, source_record_id, document_reference, cause, amount, "
        f"explanation from {marts}.fct_reconciliation_items where status in ({marks}){own} "
        "and leg <> 'usage' order by item_id"
    ).fetchall()
    breaks = [
        Break(leg, status, record or "", document or "", cause or "", abs(amount or Decimal(0)),
              frozenset(parts.get(item_id, ())) | {record or ""}, text or "")
        for item_id, leg, status, record, document, cause, amount, text in items
    ]  # fmt: skip
    quarantined = connection.execute(
        "select source_record_id, reason, amount "
        f"from {marts}.fct_quarantined_rows where true{own} order by 1 nulls first, 2"
    ).fetchall()
    for record, reason, amount in quarantined:
        amount = Decimal(0) if amount is None else abs(Decimal(str(amount)))
        name, records = "quarantine", frozenset({record or ""})
        breaks.append(Break(name, name, record or "", "", reason, amount, records, ""))
    return breaks


def read_share(
    connection: duckdb.DuckDBPyConnection, schema: str, entity: str | None = None
) -> Share:
    """Return the counts of one entity or all; items that are ignored are not counted."""
    marts, own = _quoted(schema), "" if entity is None else f" and entity_id = {_text(entity)}"
    counts = dict(connection.execute(
        f"select status, count(*) from {marts}.fct_reconciliation_items where true{own} group by 1"
    ).fetchall())  # fmt: skip
    exceptions, queue = (
        connection.execute(f"select count(*) from {marts}.{table} where true{own}").fetchone()[0]
        for table in ("fct_exceptions", "rpt_exception_queue")
    )
    items = sum(count for status, count in counts.items() if status != "ignored")
    return Share(items, counts.get("matched", 0), counts.get("pending", 0), exceptions, queue)


def read_journal_lines(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    journals: Iterable[str],
    relation: str | None = None,
) -> dict[str, set[str]]:
    """Return {journal: its line ids} from the ledger's own schema or else from the demo seed."""
    wanted = sorted(set(journals))
    own = "" if relation is None else f" and source_relation = {_text(relation)}"
    tables = ("xero.journal_line", f"{_quoted(schema)}.xero__journal_line")
    for table in tables:
        try:
            rows = connection.execute(
                f"select journal_id, journal_line_id from {table} where journal_id in "
                f"(select unnest(?::varchar[])){own}",
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


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def score_one(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    labels: list[dict[str, str]],
    statuses: Sequence[str],
    entity: str | None = None,
) -> tuple[Score, Share]:
    """Score one company by its labels; `entity` names it where several were built together."""
    breaks = read_breaks(connection, schema, statuses, entity)
    journals = [label["record_id"] for label in labels if label["source_table"] == "xero.journal"]
    lines = read_journal_lines(connection, schema, journals, entity)
    return score(labels, breaks, lines), read_share(connection, schema, entity)


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


def together(scores: Sequence[Score]) -> Score:
    """Return the scores of several companies as one."""
    counts = [sum((Counter(one[column]) for one in scores), Counter()) for column in range(3)]
    lists = [[item for one in scores for item in one[column]] for column in range(3, 6)]
    return Score(*counts, *lists, sum(one.breaks for one in scores))


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


def print_report(result: Score, share_left: Share, markdown: bool) -> None:
    """Print the table of causes, what was missed or misnamed, what else broke, and what is left."""
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
    print(
        f"{share_left.items} items: {share(share_left.matched, share_left.items)} matched, "
        f"{share_left.pending} pending; {share_left.exceptions} exceptions are "
        f"{share_left.queue} rows of the queue"
    )


def passes(result: Score, share_left: Share, min_cause_accuracy: float) -> bool:
    """Return whether everything planted was found and named, and nothing else broke."""
    found, right = sum(result.found.values()), sum(result.right.values())
    named = right >= min_cause_accuracy * found
    quiet = bool(result.injected) or not share_left.exceptions
    return not result.missed and not result.clean_broken and named and quiet


def score_seeds(args: argparse.Namespace, folder: Path) -> tuple[Score, Share]:
    """Generate, build and score the companies; print a row for each when that is asked for."""
    from company.batch import build_companies, generate_companies
    from generate_company import read_fault_rates

    rates = read_fault_rates(args.faults)
    companies = generate_companies(args.seeds, args.customers, args.months, rates)
    database = build_companies(companies, folder, args.controls)
    with duckdb.connect(str(database), read_only=True) as connection:
        results = [
            score_one(
                connection, args.schema, read_labels(folder / f"{company.name}.labels.csv"),
                statuses_of(args), company.name,
            )
            for company in companies
        ]  # fmt: skip
    if args.verbose:
        rows = [seed_row(company.name, *result) for company, result in zip(companies, results)]
        print(render(SEED_HEADINGS, rows, args.format == "markdown") + "\n")
    shares = [share_left for _, share_left in results]
    return together([result for result, _ in results]), Share(*map(sum, zip(*shares)))


def seed_row(name: str, result: Score, share_left: Share) -> tuple[str, ...]:
    """Return a company's row under SEED_HEADINGS."""
    counts = (
        *(sum(counted.values()) for counted in (result.injected, result.found, result.right)),
        len(result.clean_broken), share_left.items, share_left.exceptions, share_left.queue,
    )  # fmt: skip
    return (name, *map(str, counts))


def statuses_of(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the statuses in which an item counts as found."""
    return BROKEN if args.breaks_only else (*BROKEN, "suggested")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = build_parser()
    args = parser.parse_args(arguments)
    if not args.seeds and not (args.database and args.labels):
        parser.error("give --database and --labels, or --seeds")
    if min(args.customers, args.months) < 1:
        parser.error("--customers and --months must be at least 1")
    try:
        if not args.seeds:
            labels = read_labels(args.labels)
            with duckdb.connect(str(args.database), read_only=True) as connection:
                result, left = score_one(connection, args.schema, labels, statuses_of(args))
        elif args.keep:
            args.keep.mkdir(parents=True, exist_ok=True)
            result, left = score_seeds(args, args.keep.resolve())
        else:
            with tempfile.TemporaryDirectory() as folder:
                result, left = score_seeds(args, Path(folder))
    except RuntimeError as error:
        print(f"score_company.py: error: {error}", file=sys.stderr)
        return 2
    except (OSError, ValueError, duckdb.Error) as error:
        print(f"score_company.py: error: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    print_report(result, left, args.format == "markdown")
    return 0 if passes(result, left, args.min_cause_accuracy) else 1


if __name__ == "__main__":
    sys.exit(main())
