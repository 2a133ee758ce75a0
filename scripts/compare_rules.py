"""Show what a change of the matching rules does: matches gained, lost and paired otherwise, and the money.

Builds the matching twice on the same data, once with the policy seeds (seeds/policy) of a git ref and once with
those of the working tree, and compares item by item. Models are the head's in both builds, so that only the rules
differ; with --code the base's models and macros are taken too. The data is the head's in any case. The second build starts from a copy of the first
and repeats only what lies behind the seeds that differ. Nothing is written outside a temporary folder.

Exit code: 0 no difference, 1 differences, 2 input that cannot be read or built.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[1]
POLICY = Path("seeds") / "policy"
# What decides a build. The data of the demo is no part of the comparison: both builds read the head's.
# No rule is compared by unit tests, and dbt starts in half the time without them.
NOT_NEEDED = shutil.ignore_patterns("*__unit_tests*")
DECISIVE = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests/generic")
DATA = Path("seeds") / "demo"
TARGETS = ("fct_matches", "fct_reconciliation_items", "fct_exceptions")
CHANGES = ("gained", "lost", "re-paired", "confidence", "other rule", "other break", "other amount")
KEY = ("leg", "entity", "currency")


class BadInput(Exception):
    """Something that the caller can put right, in one line."""


class Section(NamedTuple):
    """A table of the report; empty without rows. `numbers` are the columns to align to the right."""

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    numbers: tuple[str, ...]
    note: str = ""


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


# --- the two trees ---------------------------------------------------------------------------------


def tree_of(ref: str | None, folder: Path) -> Path:
    """Copy the project into a folder, from the working tree or from a git ref; BadInput without the ref."""
    if ref is None:
        for name in DECISIVE:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=NOT_NEEDED)
            elif source.exists():
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, folder / name)
        return folder
    try:
        packed = subprocess.run(
            ["git", "-C", str(ROOT), "archive", "--format=zip", ref], capture_output=True, check=False
        )
    except OSError as error:
        raise BadInput(f"git cannot be run: {error.strerror}") from error
    if packed.returncode:
        reason = packed.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise BadInput(f"git has no tree for {ref!r}: {reason[0]}")
    with zipfile.ZipFile(io.BytesIO(packed.stdout)) as archive:
        wanted = [name for name in archive.namelist() if name.startswith(DECISIVE)]
        archive.extractall(folder, wanted)
    if not (folder / POLICY).is_dir():
        raise BadInput(f"{ref!r} has no {POLICY.as_posix()}")
    return folder


def read_rows(path: Path) -> list[tuple[str, ...]]:
    """Rows of a CSV file with its header; BadInput when it is no CSV."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [tuple(row) for row in csv.reader(file, strict=True)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path.name} cannot be read: {error}") from error
    if not rows:
        raise BadInput(f"{path.name} is empty")
    return rows


def files_of(tree: Path) -> set[Path]:
    """Everything in a tree that decides a build, as paths inside it."""
    found = (path.relative_to(tree) for path in tree.rglob("*") if path.is_file())
    return {path for path in found if DATA not in path.parents}


def differing_files(base: Path, head: Path) -> list[Path]:
    """Paths that only one tree has or that differ."""
    return sorted(
        path
        for path in files_of(base) | files_of(head)
        if not ((base / path).exists() and (head / path).exists())
        or not filecmp.cmp(base / path, head / path, shallow=False)
    )


def put_rules_over(base: Path, head: Path, destination: Path) -> None:
    """Make the head's tree with the base's policy seeds; BadInput when the head's models cannot read them.

    A seed that only one of the two has is left as the head has it: the head's models know no other.
    """
    shutil.copytree(head, destination, ignore=NOT_NEEDED)
    for path in sorted((head / POLICY).glob("*.csv")):
        former = base / POLICY / path.name
        if not former.exists():
            continue
        if read_rows(former)[0] != read_rows(path)[0]:
            raise BadInput(f"{path.name} has other columns in the base: compare with --code")
        shutil.copy2(former, destination / POLICY / path.name)


def seed_changes(base: Path, head: Path, paths: Iterable[Path]) -> list[tuple[str, str, str]]:
    """(file, - or +, text) of every column and of every row of a policy seed that only one side has.

    Rows are compared by the columns that both sides have.
    """
    changes = []
    for path in paths:
        sides = [read_rows(tree / path) if (tree / path).exists() else [] for tree in (base, head)]
        headers = [rows[0] if rows else () for rows in sides]
        for sign, one, other in (("-", 0, 1), ("+", 1, 0)):
            shared = [at for at, name in enumerate(headers[one]) if not headers[other] or name in headers[other]]
            counts = [
                Counter(tuple(row[rows[0].index(headers[one][at])] for at in shared) for row in rows[1:])
                for rows in (sides[one], sides[other])
            ]
            columns = [name for name in headers[one] if headers[other] and name not in headers[other]]
            changes += [(path.name, sign, f"column {name}") for name in columns]
            for row in (counts[0] - counts[1]).elements():
                text = io.StringIO()
                csv.writer(text, lineterminator="").writerow(row)
                changes.append((path.name, sign, text.getvalue()))
    return changes


# --- the two builds --------------------------------------------------------------------------------


def select(seeds: Sequence[Path]) -> list[str]:
    """dbt's selection of what the comparison reads, or only of what lies behind some seeds of it."""
    starts = [f"{path.stem}+," for path in seeds] or [""]
    return [f"{start}+{target}" for start in starts for target in TARGETS]


def build(project: Path, database: Path, selection: Sequence[str], args: argparse.Namespace) -> None:
    """Build a selection into a database file; BadInput with dbt's own reason when it fails."""
    target = project / "target"
    environment = dict(
        {name: value for name, value in os.environ.items() if not name.startswith("DBT_")},
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        TIEOUT_DUCKDB_PATH=str(database),
        TIEOUT_TEMP_DIRECTORY=str(target / "spill"),
        DBT_TARGET_PATH=str(target),
        DBT_LOG_PATH=str(target / "logs"),
        DBT_PROFILES_DIR=str((args.profiles_dir or project).resolve()),
    )
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--full-refresh", "--no-use-colors"]
    command += ["--exclude-resource-type", "unit_test", "test", "--vars", yaml.safe_dump(args.vars)]
    command += ["--select", *selection]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        first = next((at for at, line in enumerate(said) if "Error" in line), 0)
        raise BadInput("dbt build failed: " + " ".join(said[first : first + 3] or ["no reason given"]))


def fits(database: Path, tree: Path, schema: str) -> bool:
    """Whether a built database holds the rows of every policy seed of a tree."""
    with duckdb.connect(str(database), read_only=True) as connection:
        for path in sorted((tree / POLICY).glob("*.csv")):
            table = f"{quoted(schema)}.{quoted(path.stem)}"
            columns = connection.execute(f"describe {table}").fetchall()
            if [name for name, *_ in columns] != list(read_rows(path)[0]):
                return False
            cast = ", ".join(f"cast({quoted(name)} as {kind})" for name, kind, *_ in columns)
            seeded = f"select {cast} from read_csv('{path}', header = true, all_varchar = true)"
            stored = f"select * from {table}"
            for one, other in ((seeded, stored), (stored, seeded)):
                if connection.execute(f"{one} except all {other} limit 1").fetchall():
                    return False
    return True


def build_both(
    trees: dict[str, Path], changed: Sequence[Path], args: argparse.Namespace, folder: Path
) -> dict[str, Path]:
    """Build the trees `base` and `head`; return the database of each.

    changed: the files that differ. When they are policy seeds of both, the second build starts from a copy of the
    first and repeats only what lies behind these seeds. BadInput when --built is the database of neither tree.
    """
    databases = {side: folder / f"{side}_rules.duckdb" for side in trees}
    first, second = "head", "base"
    if args.built is not None:
        if not fits(args.built, trees[first], args.schema):
            first, second = second, first
            if not fits(args.built, trees[first], args.schema):
                raise BadInput("the database of --built was built with the rules of neither side: build it again")
        shutil.copy2(args.built, databases[first])
    else:
        if args.database is not None:
            shutil.copy2(args.database, databases[first])
        build(trees[first], databases[first], select([]), args)
    only_seeds = all(
        path.parent == POLICY and path.suffix == ".csv" and all((tree / path).exists() for tree in trees.values())
        for path in changed
    )
    if only_seeds:
        shutil.copy2(databases[first], databases[second])
        state = trees[first] / "target" / "partial_parse.msgpack"
        if state.exists():
            (trees[second] / "target").mkdir()
            shutil.copy2(state, trees[second] / "target" / state.name)
    elif args.database is not None:
        shutil.copy2(args.database, databases[second])
    build(trees[second], databases[second], select(changed if only_seeds else []), args)
    return databases


# --- the comparison --------------------------------------------------------------------------------

STATES = """
    create temp table {side}_items as
    with members as (
        select
            match_id,
            string_agg(item_id, ' + ' order by side, item_id) as member_ids,
            string_agg(item_id, ' + ' order by item_id) filter (where side = 'expected') as expected_ids,
            string_agg(item_id, ' + ' order by item_id) filter (where side = 'recorded') as recorded_ids
        from {marts}.fct_reconciliation_items
        where match_id is not null
        group by match_id
    )

    select
        items.item_id, items.leg, items.side, items.entity_id, items.currency_code, items.amount,
        items.document_reference, items.item_date, items.status, items.match_id, items.match_rule,
        items.status in ('matched', 'suggested') as is_settled,
        members.member_ids,
        case items.side
            when 'expected' then members.recorded_ids
            else coalesce(members.expected_ids, members.recorded_ids)
        end as counterpart_ids,
        case items.status
            when 'matched' then items.match_rule
            when 'suggested' then items.match_rule || ' (suggested)'
            else items.status
        end as state
    from {marts}.fct_reconciliation_items as items
    left join members on items.match_id = members.match_id
"""

# A recorded item is listed by its expected partner where that one has changed as well.
COMPARED = """
    create temp table compared as
    with both_sides as (
        select
            coalesce(head.item_id, base.item_id) as item_id,
            coalesce(head.leg, base.leg) as leg,
            coalesce(head.side, base.side) as side,
            coalesce(head.entity_id, base.entity_id) as entity_id,
            coalesce(head.currency_code, base.currency_code) as currency_code,
            coalesce(head.document_reference, base.document_reference) as document_reference,
            coalesce(head.item_date, base.item_date) as item_date,
            coalesce(head.amount, base.amount) as amount,
            coalesce(base.state, 'no item') as state_before,
            coalesce(head.state, 'no item') as state_after,
            base.match_id as match_before,
            head.match_id as match_after,
            base.counterpart_ids as counterpart_before,
            head.counterpart_ids as counterpart_after,
            case
                when head.is_settled and not coalesce(base.is_settled, false) then 'gained'
                when base.is_settled and not coalesce(head.is_settled, false) then 'lost'
                when head.is_settled and base.member_ids is distinct from head.member_ids then 're-paired'
                when head.is_settled and base.status <> head.status then 'confidence'
                when head.is_settled and base.match_rule <> head.match_rule then 'other rule'
                when
                    base.status is distinct from head.status
                    or base.member_ids is distinct from head.member_ids
                    then 'other break'
                when base.amount <> head.amount or base.currency_code <> head.currency_code then 'other amount'
            end as change
        from base_items as base
        full join head_items as head on base.item_id = head.item_id
    )

    select
        *,
        case when change in ('gained', 're-paired', 'confidence', 'other rule') then match_after
            when change = 'lost' then match_before
            else coalesce(match_after, match_before)
        end as match_id
    from both_sides
"""

MATCHES = """
    select
        leg, entity_id, currency_code, change, state_before, state_after,
        count(distinct match_id),
        count(*) filter (where side = 'expected'),
        count(*) filter (where side = 'recorded'),
        coalesce(sum(abs(amount)) filter (where side = 'expected'), 0),
        coalesce(sum(abs(amount)) filter (where side = 'recorded'), 0)
    from compared
    where change is not null
    group by all
"""

MOVED = """
    select
        leg, entity_id, currency_code, change,
        count(distinct match_id) filter (where change is not null),
        sum(abs(amount))
    from compared
    group by all
"""

LISTED = """
    select
        change, leg, coalesce(document_reference, item_id), item_date, amount, currency_code, item_id,
        case when change = 're-paired' then state_before || ': ' || counterpart_before else state_before end,
        state_after || coalesce(': ' || counterpart_after, '')
    from compared
    where
        change is not null
        and (
            side = 'expected'
            or not exists (
                select 1 from compared as partners
                where
                    partners.change is not null
                    and partners.side = 'expected'
                    and (
                        partners.match_before = compared.match_before
                        or partners.match_after = compared.match_after
                    )
            )
        )
"""

RESIDUALS = """
    with totals as (
        select distinct '{side}' as side, leg, entity_id, currency_code, residual_name, match_id, residual_amount
        from {marts}.fct_matches
    )

    select
        side, leg, entity_id, currency_code, residual_name, count(*), sum(abs(residual_amount))
    from totals
    where residual_name <> 'none'
    group by all
"""

EXCEPTIONS = """
    select
        coalesce(head.leg, base.leg),
        coalesce(head.entity_id, base.entity_id),
        coalesce(head.currency_code, base.currency_code),
        case when base.item_id is null then 'appeared' when head.item_id is null then 'gone' else 'other cause' end,
        coalesce(base.cause, '-'),
        coalesce(head.cause, '-'),
        count(*),
        sum(coalesce(head.open_amount, base.open_amount))
    from {base}.fct_exceptions as base
    full join {head}.fct_exceptions as head on base.item_id = head.item_id
    where base.cause is distinct from head.cause
    group by all
    order by all
"""


def compare(
    connection: duckdb.DuckDBPyConnection, schema: str = "main", limit: int = 20
) -> tuple[list[Section], list[str]]:
    """Compare the marts of the attached databases `base` and `head`.

    Returns the tables and, per leg, company and currency, a sentence about the money; both are empty when
    nothing differs. limit: items listed of each kind of change, 0 for all. Amounts are Decimal, in major units.
    """
    marts = {side: f"{side}.{quoted(schema)}" for side in ("base", "head")}
    for side, name in marts.items():
        connection.execute(STATES.format(side=side, marts=name))
    connection.execute(COMPARED)
    rank = {change: at for at, change in enumerate(CHANGES)}
    matches = sorted(
        connection.execute(MATCHES).fetchall(), key=lambda row: (row[:3], rank[row[3]], row[4:6])
    )
    sections = [
        Section(
            "Matches",
            (*KEY, "change", "base", "head", "matches", "expected items", "recorded items",
             "expected amount", "recorded amount"),
            matches,
            ("matches", "expected items", "recorded items", "expected amount", "recorded amount"),
            "Amounts are sums of sizes: nothing nets out. A match whose items end differently counts in each row.",
        ),
        residual_section(connection, marts),
        Section(
            "Exceptions",
            (*KEY, "change", "base", "head", "exceptions", "open amount"),
            connection.execute(EXCEPTIONS.format(**marts)).fetchall(),
            ("exceptions", "open amount"),
        ),
        item_section(connection, rank, limit),
    ]  # fmt: skip
    return [section for section in sections if section.rows], money_moved(connection)


def residual_section(connection: duckdb.DuckDBPyConnection, marts: dict[str, str]) -> Section:
    """Count and size of the residuals by name, where base and head differ."""
    totals: dict[tuple[str, ...], dict[str, tuple[int, Decimal]]] = {}
    for side, name in marts.items():
        for row in connection.execute(RESIDUALS.format(side=side, marts=name)).fetchall():
            totals.setdefault(row[1:5], {})[side] = row[5:]
    nothing = (0, Decimal(0))
    rows = [
        (*key, *sides.get("base", nothing), *sides.get("head", nothing))
        for key, sides in sorted(totals.items())
        if sides.get("base", nothing) != sides.get("head", nothing)
    ]
    numbers = ("base matches", "base residual", "head matches", "head residual")
    return Section("Residuals", (*KEY, "residual", *numbers), rows, numbers)


def item_section(connection: duckdb.DuckDBPyConnection, rank: dict[str, int], limit: int) -> Section:
    """The items themselves, the largest of each kind of change first."""
    found = connection.execute(LISTED).fetchall()
    found.sort(key=lambda row: (rank[row[0]], -abs(row[4]), row[6]))
    seen: Counter[str] = Counter()
    rows = []
    for change, leg, subject, day, amount, currency, item, before, after in found:
        seen[change] += 1
        if not limit or seen[change] <= limit:
            rows.append((change, leg, subject, day, currency, amount, item, before, after))
    left = len(found) - len(rows)
    note = f"{left:,} more; --limit 0 lists all." if left else ""
    headings = ("change", "leg", "document", "date", "currency", "amount", "item", "base", "head")
    return Section("Items", headings, rows, ("amount",), note)


def money_moved(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """One sentence per leg, company and currency in which a match was gained, lost or changed."""
    totals: dict[tuple[str, ...], Decimal] = {}
    changed: dict[tuple[str, ...], dict[str, tuple[int, Decimal]]] = {}
    for leg, entity, currency, change, matches, amount in connection.execute(MOVED).fetchall():
        key = (leg, entity, currency)
        totals[key] = totals.get(key, Decimal(0)) + amount
        if change is not None:
            changed.setdefault(key, {})[change] = (matches, amount)
    sentences = []
    for key, by_change in sorted(changed.items()):
        parts = [
            f"{change} {money(by_change[change][1])} in {by_change[change][0]:,}"
            for change in CHANGES
            if change in by_change
        ]
        moved = sum((amount for _, amount in by_change.values()), Decimal(0))
        percent = f"{100 * moved / totals[key]:.2f} %" if totals[key] else "-"
        sentences.append(
            f"Money moved, {key[0]} {key[1]} {key[2]}: {money(moved)} ({percent} of {money(totals[key])}, "
            f"both sides); matches: {', '.join(parts)}."
        )
    return sentences


# --- the report ------------------------------------------------------------------------------------


def money(value: Decimal) -> str:
    """An exact amount with thousands separators and at least two places."""
    text = f"{value:,.4f}"
    return text[:-2] + text[-2:].rstrip("0")


def shown(value: Any, markdown: bool) -> str:
    """A cell."""
    if value is None:
        return "-"
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value).replace("|", "\\|") if markdown else str(value)


def render(section: Section, markdown: bool) -> str:
    """A table as aligned text or as markdown, below its title."""
    rows = [[shown(cell, markdown) for cell in row] for row in section.rows]
    widths = [max(map(len, column)) for column in zip(section.headings, *rows)]
    right = [heading in section.numbers for heading in section.headings]
    rules = ["-" * max(width, 3) for width in widths]
    if markdown:
        rules = [f"{rule[:-1]}:" if is_right else rule for rule, is_right in zip(rules, right)]
    lines = []
    for cells in [list(section.headings), rules, *rows]:
        padded = [
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(cells, widths, right)
        ]
        lines.append(f"| {' | '.join(padded)} |" if markdown else "  ".join(padded).rstrip())
    title = f"### {section.title}\n" if markdown else section.title
    return "\n".join([title, *lines, *([("\n" if markdown else "") + section.note] if section.note else [])])


def report(
    sections: Sequence[Section], sentences: Sequence[str], rules: Sequence[tuple[str, str, str]], markdown: bool
) -> str:
    """The whole report: the money, the rows of the policy that differ, the tables."""
    parts = ["\n".join(f"- {line}" if markdown else line for line in sentences)] if sentences else []
    if not sections:
        parts.append("No match, residual or exception differs.")
    if rules:
        lines = [f"{sign} {name}: {row}" for name, sign, row in rules]
        block = ["```diff", *lines, "```"] if markdown else ["  " + line for line in lines]
        parts.append("\n".join(["### Policy rows that differ\n" if markdown else "Policy rows that differ", *block]))
    parts += [render(section, markdown) for section in sections]
    return "\n\n".join(parts)


def build_parser() -> argparse.ArgumentParser:
    """Return the command line of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True, help="git ref whose rules are the former ones, e.g. origin/main")
    parser.add_argument("--head", help="git ref whose rules are the new ones (default: the working tree)")
    parser.add_argument("--code", action="store_true", help="take the base's models and macros as well")
    parser.add_argument("--database", type=Path, help="DuckDB file with raw tables; copied (default: the demo seeds)")
    parser.add_argument("--built", type=Path,
                        help="DuckDB file that one of the two was built into: copied, and that one is not built again")
    parser.add_argument("--vars", type=yaml.safe_load, default={}, help="variables for dbt, as YAML")
    parser.add_argument("--profiles-dir", type=Path,
                        help="folder of a profiles.yml that writes to TIEOUT_DUCKDB_PATH (default: the project's)")
    parser.add_argument("--schema", default="main", help="schema of the marts (default main)")
    parser.add_argument("--limit", type=int, default=20, help="items listed per kind of change, 0 for all (default 20)")
    parser.add_argument("--format", choices=("text", "markdown"), default="text")
    return parser


def run(args: argparse.Namespace) -> int:
    """Build, compare, print; return the exit code. BadInput for what the caller can put right."""
    if not isinstance(args.vars, dict):
        raise BadInput("--vars is a YAML mapping, such as 'demo: false'")
    for path in (args.database, args.built):
        if path is not None and not path.is_file():
            raise BadInput(f"{path} is no file")
    if args.database is not None:
        args.vars = {"demo": False, **args.vars}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        head = tree_of(args.head, folder / "head")
        base = tree_of(args.base, folder / "base")
        if args.code:
            shutil.rmtree(base / DATA, ignore_errors=True)
            if (head / DATA).exists():
                shutil.copytree(head / DATA, base / DATA)
        else:
            put_rules_over(base, head, folder / "base_rules")
            base = folder / "base_rules"
        changed = differing_files(base, head)
        seeds = [path for path in changed if path.parent == POLICY and path.suffix == ".csv"]
        rules = seed_changes(base, head, seeds)
        if not changed:
            print(f"No rule differs from {args.base}: nothing to compare.")
            return 0
        databases = build_both({"base": base, "head": head}, changed, args, folder)
        with duckdb.connect() as connection:
            for side, path in databases.items():
                connection.execute(f"attach '{path}' as {side} (read_only)")
            sections, sentences = compare(connection, args.schema, args.limit)
    print(report(sections, sentences, rules, args.format == "markdown"))
    return 1 if sections else 0


def main(arguments: list[str] | None = None) -> int:
    """Compare two sets of rules; exit code 2 with one line when that is not possible."""
    args = build_parser().parse_args(arguments)
    try:
        return run(args)
    except (BadInput, duckdb.Error, OSError) as error:
        print(f"compare_rules.py: {' '.join(str(error).split())}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
