"""Read the queue of exceptions and write reviewers' decisions into seeds/policy/review_decisions.csv.

Everything that is read comes from the marts of one DuckDB file, which is never written to. A decision
quotes the fingerprints of the items it settles, so it holds until one of their facts changes; it counts
once a second person has approved it and the project is built again.
"""

from __future__ import annotations

import argparse
import calendar
import csv
import io
import os
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Iterable, Iterator

import duckdb

DECISION_COLUMNS = [
    "decision_id", "item_id", "leg", "source_record_id", "action", "counterpart", "reason", "decided_by",
    "approved_by", "decided_on", "expires_on", "expected_fingerprint", "counterpart_fingerprint", "facts_seen",
]  # fmt: skip
ITEM_COLUMNS = ["decision_id", "item", "fingerprint"]
LONGEST = {"reason": 500, "decided_by": 60, "approved_by": 60, "facts_seen": 1000}
OPEN = ("suggested", "discrepancy", "expected_only", "recorded_only")

ITEMS = """
    select
        items.item_id, items.side, items.leg, items.entity_id, items.account_role,
        items.document_reference, items.source_record_id, items.customer_id, items.currency_code,
        items.amount, items.item_date, items.status, items.status_reason, items.match_id,
        items.fingerprint, currencies.exponent
    from fct_reconciliation_items as items
    inner join currencies on items.currency_code = currencies.currency_code
"""

EXCEPTIONS = """
    select
        exception_id, item_id, match_id, leg, entity_id, status, document_reference, cause, owner_team,
        priority, priority_name, age_days, open_amount, currency_code, explanation, suggested_action
    from fct_exceptions
"""

# The open items of the other side that differ least: what a reviewer would look at next.
CANDIDATES = """
    where items.leg = ? and items.entity_id = ? and items.currency_code = ? and items.side <> ?
        and items.status in ('suggested', 'discrepancy', 'expected_only', 'recorded_only', 'pending',
            'inconclusive')
    order by
        case when items.account_role = ? then 0 else 1 end,
        case when items.document_reference = ? then 0 else 1 end,
        abs(items.amount - ?), abs(items.item_date - ?), items.item_id
    limit 5
"""

LATEST_DAY = """
    select
        cast(coalesce(max(source_rows.synced_at), max(source_rows.recorded_at)) as date)
        + cast(max(findings.limit_days) as integer)
    from int_source_rows as source_rows
    cross join decision_findings as findings
    where findings.finding = 'dated_ahead'
"""


class Refused(Exception):
    """What is asked for cannot be done; the message is one line: the thing, and the next step."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise Refused(f"{message}; see {self.prog} --help")


@dataclass(frozen=True)
class Item:
    """A row of fct_reconciliation_items; amount in major units of currency_code."""

    item_id: str
    side: str
    leg: str
    entity_id: str
    account_role: str | None
    document_reference: str | None
    source_record_id: str | None
    customer_id: str | None
    currency_code: str
    amount: Decimal
    item_date: date
    status: str
    status_reason: str | None
    match_id: str | None
    fingerprint: str
    exponent: int

    @property
    def facts(self) -> str:
        """What a decision depends on, in words."""
        reference = f" for {self.document_reference}" if self.document_reference else " without a reference"
        return f"{self.amount:.{self.exponent}f} {self.currency_code} on {self.item_date}{reference}"


@dataclass(frozen=True)
class Exceptional:
    """A row of fct_exceptions: one open break."""

    exception_id: str
    item_id: str
    match_id: str | None
    leg: str
    entity_id: str
    status: str
    document_reference: str | None
    cause: str
    owner_team: str
    priority: int
    priority_name: str
    age_days: int
    open_amount: Decimal
    currency_code: str
    explanation: str
    suggested_action: str


class Marts:
    """The built marts, read-only."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, parameters).fetchall()

    def items(self, condition: str, *parameters: Any) -> list[Item]:
        return [Item(*row) for row in self.rows(ITEMS + condition, *parameters)]

    def exceptions(self, condition: str = "", *parameters: Any) -> list[Exceptional]:
        return [Exceptional(*row) for row in self.rows(EXCEPTIONS + condition, *parameters)]

    def item(self, item_id: str) -> Item | None:
        return next(iter(self.items("where items.item_id = ?", item_id)), None)

    def named(self, names: list[str]) -> list[Item]:
        """The items with one of these ids, or of one of these records."""
        marks = ", ".join("?" for _ in names) or "null"
        return self.items(
            f"where items.item_id in ({marks}) or items.source_record_id in ({marks}) order by items.item_id",
            *names,
            *names,
        )

    def exceptions_of(self, name: str) -> list[Exceptional]:
        """Exceptions by their id, by any of their items, or by document or record id."""
        exact = self.exceptions("where exception_id = ? or item_id = ?", name, name)
        if exact:
            return exact
        found = self.items(
            "where items.status in ('suggested', 'discrepancy', 'expected_only', 'recorded_only')"
            " and (items.item_id = ? or lower(items.document_reference) = lower(?) or items.source_record_id = ?)",
            name,
            name,
            name,
        )
        wanted = sorted({item.match_id or item.item_id for item in found})
        marks = ", ".join("?" for _ in wanted)
        return self.exceptions(f"where exception_id in ({marks}) order by exception_id", *wanted) if wanted else []

    def items_of(self, exception: Exceptional) -> list[Item]:
        """All items of an exception: the one that explains most, then the other side, then the rest."""
        if exception.match_id is None:
            return self.items("where items.item_id = ?", exception.item_id)
        members = self.items("where items.match_id = ?", exception.match_id)
        side = next(item.side for item in members if item.item_id == exception.item_id)
        return sorted(
            members, key=lambda item: (item.item_id != exception.item_id, item.side == side, item.item_id)
        )

    def as_of_date(self) -> date:
        return self.rows("select max(as_of_date) from int_entities")[0][0]

    def latest_day(self) -> date | None:
        """Last day that a decision may bear: the last load and the days that policy grants after it."""
        return self.rows(LATEST_DAY)[0][0]


# --- the file --------------------------------------------------------------------------------------


@dataclass
class Table:
    """A CSV file whose records stay as they are, byte for byte, unless they are the one to change."""

    path: Path
    columns: list[str]
    header: str = ""
    records: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path, columns: list[str]) -> Table:
        try:
            text = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            raise Refused(f"{path}: no such file; name it with --decisions") from None
        except UnicodeDecodeError:
            raise Refused(f"{path}: not UTF-8; save it as UTF-8") from None
        table = cls(path, columns)
        for number, (raw, values) in enumerate(records_of(text)):
            if number == 0:
                if values != columns:
                    raise Refused(f"{path}: its columns are not {','.join(columns)}; correct the first line")
                table.header = raw
            elif len(values) != len(columns):
                raise Refused(f"{path}: record {number} has {len(values)} values, not {len(columns)}; correct it")
            else:
                table.records.append((raw, dict(zip(columns, values))))
        if not table.header:
            raise Refused(f"{path}: empty; its first line is {','.join(columns)}")
        return table

    @property
    def rows(self) -> list[dict[str, str]]:
        return [row for _, row in self.records]

    def add(self, row: dict[str, str]) -> None:
        self.records.append((self.line(row), row))

    def line(self, row: dict[str, str]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow([row[name] for name in self.columns])
        return text.getvalue()

    def change(self, decision_id: str, **values: str) -> None:
        self.records = [
            (self.line(row | values), row | values) if row["decision_id"] == decision_id else (raw, row)
            for raw, row in self.records
        ]

    def write(self) -> None:
        """Replace the file by its records sorted by decision_id: all of it or nothing."""
        self.records.sort(key=lambda record: record[1]["decision_id"])
        lines = [self.header, *(raw for raw, _ in self.records)]
        text = "".join(line if line.endswith("\n") else line + "\n" for line in lines)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(self.path, name)
            os.replace(name, self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def records_of(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each record of a CSV text as it stands there and as values; a record may span lines."""
    consumed: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            consumed.append(line)
            yield line

    for values in csv.reader(lines(), strict=True):
        if values:
            yield "".join(consumed), values
        consumed.clear()


def same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def end_of_next_month(day: date) -> date:
    year, month = (day.year + 1, day.month - 11) if day.month > 11 else (day.year, day.month + 1)
    return date(year, month, calendar.monthrange(year, month)[1])


class Ledger:
    """The decisions in the file, beside the marts they speak of."""

    def __init__(self, path: Path, marts: Marts) -> None:
        self.decisions = Table.read(path, DECISION_COLUMNS)
        self.further = Table.read(path.with_name("review_decision_items.csv"), ITEM_COLUMNS)
        self.as_of_date = marts.as_of_date()
        names = sorted({name for row in self.decisions.rows for name, _ in self.names(row)})
        self.found = marts.named(names)

    def row(self, decision_id: str) -> dict[str, str] | None:
        return next((row for row in self.decisions.rows if row["decision_id"] == decision_id), None)

    def names(self, row: dict[str, str]) -> list[tuple[str, str]]:
        """What a decision names, each with the fingerprint that was seen."""
        named = [(row["item_id"].strip() or row["source_record_id"].strip(), row["expected_fingerprint"])]
        if row["counterpart"].strip():
            named.append((row["counterpart"].strip(), row["counterpart_fingerprint"]))
        return named + [
            (further["item"].strip(), further["fingerprint"])
            for further in self.further.rows
            if further["decision_id"] == row["decision_id"]
        ]

    def items(self, row: dict[str, str]) -> list[tuple[Item | None, bool]]:
        """The item behind each name, and whether it looks as it did; of several the one that does."""
        found = []
        for name, fingerprint in self.names(row):
            candidates = [
                item
                for item in self.found
                if item.item_id == name or (item.source_record_id == name and item.leg == row["leg"])
            ]
            as_seen = [item for item in candidates if item.fingerprint == fingerprint]
            found.append((next(iter(as_seen or candidates), None), bool(as_seen)))
        return found

    def standing(self, row: dict[str, str]) -> str:
        """Whether a decision holds on the facts of the database, leaving aside what came after it."""
        if not row["approved_by"].strip() or same_person(row["approved_by"], row["decided_by"]):
            return "unapproved"
        items = self.items(row)
        ends_on = row["expires_on"]
        if not ends_on and row["action"] == "carry_forward":
            ends_on = end_of_next_month(day_of(row["decided_on"], "decided_on")).isoformat()
        if row["action"] != "reopen" and ends_on and day_of(ends_on, "expires_on") < self.as_of_date:
            return "expired"
        if any(item is None for item, _ in items):
            return "unused"
        if row["action"] != "reopen" and not all(as_seen for _, as_seen in items):
            return "void"
        return "in_effect"

    def last_words(self, items: Iterable[Item]) -> list[dict[str, str]]:
        """The last decision on each of the items, drafts included, oldest first."""
        wanted = {item.item_id for item in items}
        last: dict[str, dict[str, str]] = {}
        for row in sorted(self.decisions.rows, key=lambda row: (row["decided_on"], row["decision_id"])):
            for item, _ in self.items(row):
                if item is not None and item.item_id in wanted:
                    last[item.item_id] = row
        return list({row["decision_id"]: row for row in last.values()}.values())

    def next_id(self, day: date) -> str:
        """The day and the next number; rows that lost their decision keep their number."""
        rows = self.decisions.rows + self.further.rows
        prefix = f"{day}-"
        numbers = [row["decision_id"][len(prefix) :] for row in rows if row["decision_id"].startswith(prefix)]
        return f"{prefix}{max([int(number) for number in numbers if number.isdigit()], default=0) + 1:04d}"

    def write(self, row: dict[str, str], further: list[Item]) -> None:
        # The items first: without their decision they are found by a test, never adopted by another.
        if further:
            for item in further:
                self.further.add(
                    {"decision_id": row["decision_id"], "item": item.item_id, "fingerprint": item.fingerprint}
                )
            self.further.write()
        self.decisions.add(row)
        self.decisions.write()


# --- reading ---------------------------------------------------------------------------------------


def aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def list_queue(marts: Marts, ledger: Ledger, args: argparse.Namespace) -> None:
    filters = {"leg": args.leg, "cause": args.cause, "owner_team": args.owner, "entity_id": args.entity}
    given = {column: value for column, value in filters.items() if value is not None}
    condition = " and ".join(f"{column} = ?" for column in given) or "true"
    found = marts.exceptions(
        f"where {condition} order by priority, age_days desc, open_amount desc, exception_id", *given.values()
    )
    decided: dict[str, str] = {}
    for row in sorted(ledger.decisions.rows, key=lambda row: (row["decided_on"], row["decision_id"])):
        for item, _ in ledger.items(row):
            if item is not None:
                decided[item.item_id] = f"{row['action']} {row['decision_id']} ({ledger.standing(row)})"
    shown = found[: args.limit] if args.limit else found
    rows = [["priority", "days", "open amount", "leg", "cause", "owner", "decision", "exception"]]
    rows += [
        [one.priority_name, str(one.age_days), f"{one.open_amount:,.2f} {one.currency_code}", one.leg, one.cause,
         one.owner_team, decided.get(one.item_id, "-"), one.exception_id]
        for one in shown
    ]  # fmt: skip
    if shown:
        print(aligned(rows))
    rest = "" if len(shown) == len(found) else f"; --limit {len(found)} shows all"
    print(f"{len(shown)} of {len(found)} exceptions{rest}")


def item_row(item: Item) -> list[str]:
    return [f"  {item.side}", item.facts, item.account_role or "-", item.customer_id or "-", item.status, item.item_id]


def show_decisions(marts: Marts, ledger: Ledger, items: list[Item]) -> None:
    words = ledger.last_words(items)
    for row in words:
        checker = f"approved by {row['approved_by']}" if row["approved_by"] else "not approved"
        end = f", until {row['expires_on']}" if row["expires_on"] else ""
        print(f"  decision: {row['decision_id']} {row['action']} ({ledger.standing(row)}), {row['decided_by']}, "
              f"{checker}, {row['decided_on']}{end}: {row['reason']}")  # fmt: skip
        advice = marts.rows(
            "select finding, what_to_do from rpt_decision_findings where decision_id = ? order by finding",
            row["decision_id"],
        )
        for finding, what_to_do in advice:
            print(f"    {finding}: {what_to_do}")
    if not words:
        print("  decision: none")


def show(marts: Marts, ledger: Ledger, args: argparse.Namespace) -> None:
    exceptions = marts.exceptions_of(args.thing)
    for one in exceptions:
        items = marts.items_of(one)
        print(f"exception {one.exception_id}")
        print(f"  {one.leg}, {one.entity_id}, {one.status}, {one.cause}, {one.priority_name}, {one.age_days} days, "
              f"{one.open_amount:,.2f} {one.currency_code} open, {one.owner_team}")  # fmt: skip
        print(aligned([item_row(item) for item in items]))
        print(f"  why: {one.explanation}")
        print(f"  to do: {one.suggested_action}")
        sides = {item.side for item in items}
        first = items[0]
        if len(sides) == 1:
            near = marts.items(
                CANDIDATES, one.leg, one.entity_id, one.currency_code, first.side, first.account_role,
                first.document_reference, first.amount, first.item_date,
            )  # fmt: skip
            print("  nearest open items of the other side:" if near else "  nothing open on the other side")
            if near:
                print(aligned([item_row(item) for item in near]))
        show_decisions(marts, ledger, items)
    if exceptions:
        return
    items = marts.items(
        "where items.item_id = ? or items.match_id = ? or lower(items.document_reference) = lower(?)"
        " or items.source_record_id = ? order by items.item_id",
        *[args.thing] * 4,
    )
    if not items:
        raise Refused(f"{args.thing}: no exception, item or document of that name; decide.py list shows the queue")
    print(f"{args.thing}: not open")
    print(aligned([[*item_row(item), item.status_reason or ""] for item in items]))
    show_decisions(marts, ledger, items)


# --- deciding --------------------------------------------------------------------------------------


def day_of(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{name} {text!r}: not a date; write YYYY-MM-DD") from None


def whole_number(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def checked_text(name: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(f"--{name.replace('_', '-')}: empty; say it in a few words")
    if any(ord(character) < 32 for character in text):
        raise Refused(f"--{name.replace('_', '-')}: spans lines; write one line")
    if len(text) > LONGEST[name]:
        raise Refused(f"--{name.replace('_', '-')}: {len(text)} characters; {LONGEST[name]} are allowed")
    return text


def single_item(marts: Marts, name: str) -> Item:
    """The one item that an item id, or an exception of one item, or a record id means."""
    item = marts.item(name)
    if item is not None:
        return item
    found = marts.items(
        "where items.source_record_id = ? or items.document_reference = ? order by items.item_id", name, name
    )
    if not found:
        raise Refused(f"{name}: no item of that name; decide.py show lists the items of an exception")
    if len(found) > 1:
        raise Refused(f"{name}: names {len(found)} items; decide.py show {name} lists their ids")
    return found[0]


def exception_items(marts: Marts, name: str) -> list[Item]:
    found = marts.exceptions_of(name)
    if len(found) > 1:
        raise Refused(f"{name}: names {len(found)} exceptions; decide.py show {name} lists them, name one")
    if found:
        return marts.items_of(found[0])
    item = marts.item(name)
    if item is None:
        raise Refused(f"{name}: no exception of that name is open; decide.py list shows the queue")
    raise Refused(f"{name}: not open but {item.status} ({item.status_reason}); only what is open is decided")


def linked_items(marts: Marts, name: str, counterparts: list[str]) -> list[Item]:
    """The items a match links: those of an exception that has both sides, or those that are named."""
    if not counterparts:
        items = exception_items(marts, name)
        if len({item.side for item in items}) < 2:
            raise Refused(f"{name}: has one side only; name what it is matched with after it, or accept it")
        return items
    items = [single_item(marts, one) for one in [name, *counterparts]]
    if len({item.item_id for item in items}) < len(items):
        raise Refused(f"{name}: an item is named twice; name each once")
    first = items[0]
    for item in items:
        if item.status not in (*OPEN, "pending", "inconclusive"):
            raise Refused(f"{item.item_id}: not open but {item.status} ({item.status_reason}); choose another")
        for what, one, other in (
            ("leg", first.leg, item.leg),
            ("company", first.entity_id, item.entity_id),
            ("currency", first.currency_code, item.currency_code),
        ):
            if one != other:
                raise Refused(f"{item.item_id}: its {what} is {other}, not {one}; choose another")
    if len({item.side for item in items}) < 2:
        raise Refused(f"{items[1].item_id}: {first.side} like {first.item_id}; name an item of the other side")
    return sorted(items, key=lambda item: (item is not first, item.side == first.side))


def refuse_what_is_decided(ledger: Ledger, items: list[Item]) -> list[str]:
    """Refuse items whose last decision still counts; return what the new one takes the place of."""
    replaced = []
    for row in ledger.last_words(items):
        name, standing = row["decision_id"], ledger.standing(row)
        if standing == "unapproved":
            raise Refused(f"{name} ({row['action']}) waits for approval; decide.py approve {name}, or delete it")
        if standing == "in_effect" and row["action"] != "reopen":
            raise Refused(f"already decided by {name} ({row['action']}); decide.py reopen {name} first")
        replaced.append(f"{name} ({row['action']}, {standing})")
    return replaced


def new_row(marts: Marts, ledger: Ledger, args: argparse.Namespace, action: str, items: list[Item]) -> dict[str, str]:
    """The row of a decision on these items, with every value checked that a person typed."""
    as_of = ledger.as_of_date
    decided_on = day_of(args.decided_on, "--decided-on") if args.decided_on else as_of
    latest = marts.latest_day()
    if latest is not None and decided_on > latest:
        raise Refused(f"--decided-on {decided_on}: the data reach to {as_of}; a decision may be dated up to {latest}")
    expires_on = day_of(args.expires_on, "--expires-on") if args.expires_on else None
    if action == "carry_forward" and expires_on is None:
        expires_on = end_of_next_month(decided_on)
    if expires_on is not None and expires_on < max(decided_on, as_of):
        raise Refused(f"--expires-on {expires_on}: over by {max(decided_on, as_of)}; give a later day")
    decided_by = checked_text("decided_by", args.by)
    approved_by = checked_text("approved_by", args.approved_by) if args.approved_by is not None else ""
    if approved_by and same_person(decided_by, approved_by):
        raise Refused(f"--approved-by {approved_by}: decided it as well; someone else has to approve")
    first = items[0]
    other = items[1] if len(items) > 1 else None
    facts = "; ".join(f"{item.side} {item.facts}" for item in items)
    decision_id = ledger.next_id(decided_on)
    for row in ledger.last_words(items):
        if (row["decided_on"], row["decision_id"]) >= (decided_on.isoformat(), decision_id):
            raise Refused(f"{row['decision_id']} of {row['decided_on']} would count instead; give a later --decided-on")
    return {
        "decision_id": decision_id,
        "item_id": first.item_id,
        "leg": first.leg,
        "source_record_id": "",
        "action": action,
        "counterpart": other.item_id if other else "",
        "reason": checked_text("reason", args.reason),
        "decided_by": decided_by,
        "approved_by": approved_by,
        "decided_on": decided_on.isoformat(),
        "expires_on": expires_on.isoformat() if expires_on else "",
        "expected_fingerprint": first.fingerprint,
        "counterpart_fingerprint": other.fingerprint if other else "",
        "facts_seen": facts if len(facts) <= LONGEST["facts_seen"] else facts[: LONGEST["facts_seen"] - 3] + "...",
    }


def told(ledger: Ledger, row: dict[str, str]) -> None:
    print(f"{row['decision_id']}: {row['action']} {row['item_id']}")
    print(f"  {row['facts_seen']}")
    if row["approved_by"]:
        print("  approved; it counts from the next dbt build on")
    else:
        print(f"  waits for approval: decide.py approve {row['decision_id']} --by NAME")


def decide(marts: Marts, ledger: Ledger, args: argparse.Namespace) -> None:
    action = args.command.replace("-", "_")
    if action == "match":
        items = linked_items(marts, args.thing, args.counterpart)
    else:
        items = exception_items(marts, args.thing)
    replaced = refuse_what_is_decided(ledger, items)
    row = new_row(marts, ledger, args, action, items)
    ledger.write(row, items[2:])
    told(ledger, row)
    for name in replaced:
        print(f"  takes the place of {name}")


def reopen(marts: Marts, ledger: Ledger, args: argparse.Namespace) -> None:
    decision = ledger.row(args.thing)
    if decision is None:
        items = marts.items("where items.item_id = ? or items.match_id = ?", args.thing, args.thing)
        words = ledger.last_words(items)
        if not words:
            raise Refused(f"{args.thing}: no decision speaks of it; {ledger.decisions.path} lists them all")
        if len(words) > 1:
            raise Refused(f"{args.thing}: {len(words)} decisions speak of it; name one: {words[-1]['decision_id']}")
        decision = words[0]
    name, standing = decision["decision_id"], ledger.standing(decision)
    if decision["action"] == "reopen":
        raise Refused(f"{name}: reopens already; decide the item anew")
    if standing != "in_effect":
        raise Refused(f"{name}: {standing}, so it settles nothing; decide anew or delete its row")
    items = [item for item, _ in ledger.items(decision) if item is not None]
    later = [row for row in ledger.last_words(items) if row["decision_id"] != name]
    if later:
        raise Refused(f"{name}: {later[-1]['decision_id']} ({later[-1]['action']}) came after it; name that one")
    row = new_row(marts, ledger, args, "reopen", items[:1])
    ledger.write(row, [])
    told(ledger, row)
    print(f"  undoes {name} ({decision['action']})")


def approve(marts: Marts, ledger: Ledger, args: argparse.Namespace) -> None:
    row = ledger.row(args.decision_id)
    if row is None:
        raise Refused(f"{args.decision_id}: no such decision in {ledger.decisions.path}; decide.py list names them")
    checker = checked_text("approved_by", args.by)
    if same_person(checker, row["decided_by"]):
        raise Refused(f"--by {checker}: decided {args.decision_id}; someone else has to approve")
    if row["approved_by"].strip() and not same_person(row["approved_by"], row["decided_by"]):
        raise Refused(f"{args.decision_id}: approved by {row['approved_by']} already; nothing is left to do")
    standing = ledger.standing(row | {"approved_by": checker})
    if standing != "in_effect":
        raise Refused(f"{args.decision_id}: {standing}; delete its row and decide anew")
    ledger.decisions.change(args.decision_id, approved_by=checker)
    ledger.decisions.write()
    told(ledger, row | {"approved_by": checker})


# --- the command line ------------------------------------------------------------------------------


def parser() -> Parser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--database",
        type=Path,
        default=Path(os.environ.get("TIEOUT_DUCKDB_PATH", "target/warehouse.duckdb")),
        help="DuckDB file that dbt built (default: TIEOUT_DUCKDB_PATH or target/warehouse.duckdb)",
    )
    shared.add_argument(
        "--decisions",
        type=Path,
        default=Path("seeds/policy/review_decisions.csv"),
        help="the decisions; review_decision_items.csv lies beside it (default: %(default)s)",
    )
    verdict = argparse.ArgumentParser(add_help=False)
    verdict.add_argument("--reason", required=True, help="why, in one line; it is shown with the item")
    verdict.add_argument("--by", required=True, metavar="NAME", help="who decides")
    verdict.add_argument("--approved-by", metavar="NAME", help="who else approves; or use approve later")
    verdict.add_argument("--expires-on", metavar="DATE", help="last day it holds, YYYY-MM-DD")
    verdict.add_argument("--decided-on", metavar="DATE", help="day of the decision (default: the as-of date)")

    main_parser = Parser(prog="decide.py", description=(__doc__ or "").split("\n\n")[0])
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)

    one = commands.add_parser("list", parents=[shared], help="print the queue, most urgent first")
    one.add_argument("--leg", help="ledger, processor, bank or usage")
    one.add_argument("--cause", help="a word of causes.csv")
    one.add_argument("--owner", help="team of exception_owners.csv")
    one.add_argument("--entity", help="company")
    one.add_argument("--limit", type=whole_number, default=20, help="rows to print, 0 for all (default: %(default)s)")
    one.set_defaults(run=list_queue)

    one = commands.add_parser("show", parents=[shared], help="print an exception, both sides and why")
    one.add_argument("thing", help="exception, item, record or document")
    one.set_defaults(run=show)

    for name, what in (
        ("accept", "let an exception stand as it is"),
        ("ignore", "take an exception out of every total"),
        ("match", "confirm a suggestion, or link items by hand"),
        ("carry-forward", "look at it again in the next month, or after --expires-on"),
    ):
        one = commands.add_parser(name, parents=[shared, verdict], help=what)
        one.add_argument("thing", help="exception, or an item or document that has one exception")
        if name == "match":
            one.add_argument("counterpart", nargs="*", help="items it is matched with; none: what the rule suggests")
        one.set_defaults(run=decide)

    one = commands.add_parser("reopen", parents=[shared, verdict], help="undo a decision")
    one.add_argument("thing", help="decision, item or match")
    one.set_defaults(run=reopen)

    one = commands.add_parser("approve", parents=[shared], help="approve what someone else decided")
    one.add_argument("decision_id", help="decision")
    one.add_argument("--by", required=True, metavar="NAME", help="who approves")
    one.set_defaults(run=approve)
    return main_parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; exit code 2 with one line when it cannot be done."""
    args = None
    try:
        args = parser().parse_args(arguments)
        if not args.database.exists():
            raise Refused(f"{args.database}: no such database; run make build")
        with closing(duckdb.connect(str(args.database), read_only=True)) as connection:
            marts = Marts(connection)
            args.run(marts, Ledger(args.decisions, marts), args)
    except (Refused, csv.Error, OSError) as error:
        print(f"decide.py: {error}", file=sys.stderr)
        return 2
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        print(f"decide.py: {args.database if args else ''}: {reason}; run make build", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
