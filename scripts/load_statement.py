"""Load bank statements (camt.053, MT940, OFX) into bank_statement.statement_line, whole or not at all.

Every line gets an id made of the bank's own ids and of account, day, amount and occurrence, so loading a file
twice, or two files whose days overlap, changes nothing. A statement whose opening balance and lines do not give
its closing balance is refused with the difference. The format is recognised by content. All files of one call are
loaded in one transaction: if one is refused, none is loaded. DuckDB only; --csv writes the same rows as a file
that any warehouse can load.

Exit code: 0, or 2 with one line that says which file, which line or element, and what to do.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import astuple, dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import duckdb

from statements import camt, ofx, swift
from statements.shape import Line, Refused, Statement, check_balance

READERS = {"camt053": camt.read, "mt940": swift.read, "ofx": ofx.read}
LARGEST_FILE = 1_000_000_000

COLUMNS = {
    "statement_line_id": "varchar",
    "bank_account": "varchar",
    "posted_date": "date",
    "value_date": "date",
    "amount": "decimal(18, 6)",
    "currency": "varchar",
    "description": "varchar",
    "reference": "varchar",
    "_loaded_at": "timestamp",
}
BALANCES = {
    "statement_id": "varchar",
    "bank_account": "varchar",
    "currency": "varchar",
    "statement_number": "varchar",
    "opening_balance": "decimal(18, 6)",
    "closing_balance": "decimal(18, 6)",
    "closing_date": "date",
    "line_count": "bigint",
    "_loaded_at": "timestamp",
}
TABLES = {"statement_line": COLUMNS, "statement_balance": BALANCES}


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise Refused(f"{message}; see {self.prog} --help")


@dataclass(frozen=True)
class Read:
    """A statement, its id, the account name it is loaded under, and the id of each of its lines."""

    statement: Statement
    statement_id: str
    bank_account: str
    line_ids: list[str]


@dataclass(frozen=True)
class Last:
    """How the newest statement of an account ended."""

    number: str | None
    balance: Decimal | None
    day: date | None


def digest(prefix: str, *facts: object) -> str:
    """A short name of facts: the same facts always have the same."""
    return f"{prefix}_{hashlib.sha256(repr([str(fact) for fact in facts]).encode()).hexdigest()[:24]}"


def format_of(path: Path, name: str) -> str:
    """The format of a file by what stands at its start."""
    with path.open("rb") as file:
        start = file.read(4096)
    if b"BkToCstmrStmt" in start or b"camt.05" in start:
        return "camt053"
    if re.search(rb"OFXHEADER|<OFX>", start):
        return "ofx"
    if re.search(rb"(?m)^(\xef\xbb\xbf)?(\{1:|:20:)", start):
        return "mt940"
    raise Refused(f"{name}: neither camt.053 nor MT940 nor OFX by its first lines; say which with --format")


def read_files(paths: list[Path], forced: str | None) -> dict[str, Statement]:
    """All statements of all files by their ids, each once, in the order of the files."""
    read: dict[str, Statement] = {}
    for path in paths:
        name = str(path)
        if not path.is_file():
            raise Refused(f"{name}: no such file")
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(f"{name}: over {LARGEST_FILE} bytes; export fewer days into a file")
        for statement in READERS[forced or format_of(path, name)](path, name):
            check_balance(statement)
            read.setdefault(statement_id(statement), statement)
    return read


def statement_id(statement: Statement) -> str:
    """One statement has one id, wherever it was read: of every fact of it but the place."""
    lines = sorted(repr(astuple(line)[:-1]) for line in statement.lines)
    facts = [statement.account, statement.currency, statement.number, statement.opening, statement.closing]
    return digest("bs", *facts, statement.closing_date, *lines)


def name_lines(
    statements: dict[str, Statement], names: dict[str, str], stored: dict[tuple[str, str], Last], known: set[str]
) -> list[Read]:
    """Give every line its id.

    Lines of one account, day, amount and bank id are told apart by counting. A statement that goes on where the one
    before it ended, a second page of the day, counts on; any other may repeat days and counts anew.

    Args:
        statements: the statements by their ids, in the order in which they go on.
        names: bank account by the account in the files; another account keeps its name.
        stored: how the newest loaded statement of (bank account, currency) ended.
        known: ids of the lines loaded before.
    """
    read: list[Read] = []
    counted: Counter[tuple[object, ...]] = Counter()
    last = dict(stored)
    for one, statement in statements.items():
        account = names.get(statement.account, statement.account)
        goes_on = follows(statement, last.get((account, statement.currency)))
        if not goes_on:
            counted = Counter()
        ids = {}
        # Twins are counted in the order of their texts, so the order of the file does not matter.
        for at in sorted(range(len(statement.lines)), key=lambda at: twin_order(statement.lines[at])):
            line = statement.lines[at]
            amount = format(line.amount.normalize(), "f")
            key = (statement.account, line.bank_id, line.posted_date, amount, statement.currency)
            counted[key] += 1
            while goes_on and digest("bl", *key, counted[key]) in known:
                counted[key] += 1
            ids[at] = digest("bl", *key, counted[key])
        read.append(Read(statement, one, account, [ids[at] for at in range(len(statement.lines))]))
        last[account, statement.currency] = Last(statement.number, statement.closing, statement.closing_date)
    return read


def follows(statement: Statement, last: Last | None) -> bool:
    """Does it open with the balance, and not before the day, with which the one before it closed?"""
    if last is None or statement.opening is None or statement.opening != last.balance:
        return False
    first = min((line.posted_date for line in statement.lines), default=statement.closing_date)
    return last.day is None or first is None or first >= last.day


def twin_order(line: Line) -> tuple[str, str]:
    return line.reference, line.description


def gaps(read: list[Read], stored: dict[tuple[str, str], Last]) -> list[str]:
    """Warnings: statement numbers that are missing, balances that do not continue, lines that nothing proves."""
    warnings = []
    ends = dict(stored)
    for one in read:
        statement = one.statement
        last = ends.get((one.bank_account, statement.currency), Last(None, None, None))
        if statement.opening is None:
            warnings.append(f"{statement.place}: it has no opening balance, so its lines are not proved by balances")
        elif last.balance is not None and last.balance != statement.opening:
            warnings.append(
                f"{statement.place}: opens with {statement.opening}, the one before closed with {last.balance}"
                f" {statement.currency}; days are missing or overlap"
            )
        numbers = [number for number in (last.number, statement.number) if number and number.isdigit()]
        # Numbers start anew each year; the pages of one statement share its number.
        if len(numbers) == 2 and numbers[1] != "1" and int(numbers[1]) - int(numbers[0]) not in (0, 1):
            warnings.append(f"{statement.place}: statement {numbers[1]} comes after {numbers[0]}; are some missing?")
        ends[one.bank_account, statement.currency] = Last(statement.number, statement.closing, statement.closing_date)
    return warnings


def rows_of(read: list[Read], loaded_at: str) -> list[tuple[object, ...]]:
    """Rows of statement_line in the order of COLUMNS."""
    return [
        (
            line_id, one.bank_account, line.posted_date, line.value_date, line.amount, one.statement.currency,
            line.description or None, line.reference or None, loaded_at,
        )  # fmt: skip
        for one in read
        for line, line_id in zip(one.statement.lines, one.line_ids, strict=True)
    ]


def balances_of(read: list[Read], loaded_at: str) -> list[tuple[object, ...]]:
    """Rows of statement_balance in the order of BALANCES."""
    return [
        (
            one.statement_id, one.bank_account, one.statement.currency, one.statement.number or None,
            one.statement.opening, one.statement.closing, one.statement.closing_date, len(one.statement.lines),
            loaded_at,
        )  # fmt: skip
        for one in read
    ]


def write_csv(path: Path, columns: dict[str, str], rows: list[tuple[object, ...]]) -> None:
    """Rows as CSV with a head; nothing known is an empty cell."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def prepare(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the two tables, or refuse tables of another shape."""
    connection.execute(f"create schema if not exists {quoted(schema)}")
    for table, columns in TABLES.items():
        typed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
        connection.execute(f"create table if not exists {quoted(schema)}.{quoted(table)} ({typed})")
        there = {column for column, *_ in connection.execute(f"describe {quoted(schema)}.{quoted(table)}").fetchall()}
        if missing := [column for column in columns if column not in there]:
            raise Refused(f"{schema}.{table} has no column {missing[0]}; add it, or load into another --schema")


def insert(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, rows: list[tuple[object, ...]], folder: Path
) -> int:
    """Insert the rows whose first column is not there yet and return how many they were."""
    columns = TABLES[table]
    file = folder / f"{table}.csv"
    write_csv(file, columns, rows)
    names = ", ".join(quoted(column) for column in columns)
    kinds = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
    key = quoted(next(iter(columns)))
    into = f"{quoted(schema)}.{quoted(table)}"
    before = connection.execute(f"select count(*) from {into}").fetchone()[0]  # type: ignore[index]
    connection.execute(
        f"insert into {into} ({names}) select {names} from (select distinct on ({key}) * from read_csv(?,"
        f" columns = {{{kinds}}}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"',"
        f" nullstr = '', max_line_size = 4000000) order by {key}) as landed"
        f" where not exists (select 1 from {into} as there where there.{key} = landed.{key})",
        [str(file)],
    )
    return connection.execute(f"select count(*) from {into}").fetchone()[0] - before  # type: ignore[index]


def last_statements(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[tuple[str, str], Last]:
    """How the newest statement of each (bank account, currency) ended."""
    found = connection.execute(
        "select bank_account, currency, statement_number, closing_balance, closing_date"
        f" from {quoted(schema)}.statement_balance"
        " qualify row_number() over (partition by bank_account, currency order by closing_date desc nulls last,"
        " try_cast(statement_number as bigint) desc nulls last, _loaded_at desc, statement_id) = 1"
    ).fetchall()
    return {(account, currency): Last(number, balance, day) for account, currency, number, balance, day in found}


def ids_of(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> set[str]:
    key = quoted(next(iter(TABLES[table])))
    return {one for (one,) in connection.execute(f"select {key} from {quoted(schema)}.{quoted(table)}").fetchall()}


def load(
    database: Path, schema: str, statements: dict[str, Statement], names: dict[str, str], loaded_at: str
) -> int:
    """Load in one transaction what is new; returns how many lines that were."""
    with closing(duckdb.connect(str(database))) as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute("begin")
        try:
            prepare(connection, schema)
            there = ids_of(connection, schema, "statement_balance")
            fresh = {one: statement for one, statement in statements.items() if one not in there}
            stored = last_statements(connection, schema)
            read = name_lines(fresh, names, stored, ids_of(connection, schema, "statement_line"))
            new = insert(connection, schema, "statement_line", rows_of(read, loaded_at), Path(folder))
            insert(connection, schema, "statement_balance", balances_of(read, loaded_at), Path(folder))
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    warn(gaps(read, stored))
    return new


def warn(warnings: list[str]) -> None:
    for warning in warnings:
        print(f"load_statement.py: warning: {warning}", file=sys.stderr)


def account_names(pairs: list[str]) -> dict[str, str]:
    names = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise Refused(f"--account {pair}: write ACCOUNT=NAME, such as DE00123=eur-receipts")
        names[ours] = theirs
    return names


def parser() -> Parser:
    described = (__doc__ or "").split("\n\n")
    result = Parser(
        prog="load_statement.py", description="\n\n".join(described[:2]), epilog=described[-1],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    result.add_argument("files", nargs="+", type=Path, metavar="FILE")
    result.add_argument("--database", type=Path, help="DuckDB file to load into; made if it does not exist")
    result.add_argument("--schema", default="bank_statement", help="schema of the tables (bank_statement)")
    result.add_argument("--csv", type=Path, metavar="OUT", help="write the lines as CSV, with or without a database")
    result.add_argument("--format", choices=sorted(READERS), help="read every file as this, whatever its content says")
    result.add_argument(
        "--account", action="append", default=[], metavar="ACCOUNT=NAME",
        help="load an account of the files under another name; once per account",
    )  # fmt: skip
    result.add_argument("--loaded-at", help="UTC time to note as the load's (now), YYYY-MM-DD HH:MM:SS")
    return result


def run(args: argparse.Namespace) -> None:
    if not (args.database or args.csv):
        raise Refused("nowhere to load to; name --database, --csv or both")
    try:
        moment = datetime.fromisoformat(args.loaded_at) if args.loaded_at else datetime.now(timezone.utc)
    except ValueError:
        raise Refused(f"--loaded-at {args.loaded_at}: write YYYY-MM-DD HH:MM:SS") from None
    loaded_at = (moment.astimezone(timezone.utc) if moment.tzinfo else moment).strftime("%Y-%m-%d %H:%M:%S")
    names = account_names(args.account)
    statements = read_files(args.files, args.format)
    lines = sum(len(statement.lines) for statement in statements.values())
    found = f"{len(statements)} statements, {lines} lines"
    if args.csv:
        read = name_lines(statements, names, {}, set())
        write_csv(args.csv, COLUMNS, list({row[0]: row for row in rows_of(read, loaded_at)}.values()))
        if not args.database:
            warn(gaps(read, {}))
    if args.database:
        new = load(args.database, args.schema, statements, names, loaded_at)
        found += f": {new} new, {lines - new} known"
    if pending := sum(statement.pending for statement in statements.values()):
        found += f"; {pending} entries not booked yet were left out"
    print(found)


def main(arguments: list[str] | None = None) -> int:
    """Load the files; exit code 2 with one line when they cannot be loaded."""
    try:
        run(parser().parse_args(arguments))
    except (Refused, OSError) as error:
        print(f"load_statement.py: {error}", file=sys.stderr)
        return 2
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        print(f"load_statement.py: {reason}; nothing was loaded", file=sys.stderr)
        return 2
    except ImportError as error:
        print(f"load_statement.py: {error}; install the project's requirements", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
