"""The trail of each sampled item: raw row, event, entry, item, match, and the other side as far.

One line of a trail is one thing that can be looked up: a table, a key, what it says, a date and an amount.
`part_of` names the item a line belongs to. The raw lines of an item add up to it, because each shows what its
record contributes; so do its entries. An item made of more than PARTS_SHOWN records, a month's revenue, shows
that many of them, drawn by the same rule as the items, and the others in one line with what they add up to.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from audit.raw_rows import HEADERS, Record, read_raw_rows
from audit.sampling import Drawn, draw
from audit.tables import Column, Table, plain
from audit.warehouse import Scope, Warehouse

PARTS_SHOWN = 25
ITEM_STEP, MATCH_STEP, ENTRY_STEP, EVENT_STEP, RAW_STEP = "item", "match", "entry", "event", "raw row"
HEADER_STEP, REST_STEP = "raw row (header)", "not drawn"
NO_ROW = "no row of this company has this id"


class Line(NamedTuple):
    """A line of a trail before it has a number."""

    step: str
    side: str
    table: str
    key: str
    what: str
    date: Any
    amount: Decimal | None
    currency_code: str | None
    part_of: str


def words(**facts: Any) -> str:
    """Facts as one readable text: `status: matched; rule: exact`."""
    return "; ".join(
        f"{name.replace('_', ' ')}: {plain(value, _kind(value))}"
        for name, value in facts.items()
        if value not in (None, "")
    )


def _kind(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "decimal" if isinstance(value, Decimal) else "text"


class Trails:
    """Everything behind the drawn items and the items they are matched with, read once."""

    def __init__(self, warehouse: Warehouse, scope: Scope, drawn: list[tuple[str, Drawn, dict[str, Any]]]):
        self.warehouse, self.scope, self.drawn = warehouse, scope, drawn
        self.exponents: dict[str, int] = dict(
            warehouse.connection.execute(
                f"select currency_code, exponent from {warehouse.relation('currencies')}"
            ).fetchall()
        )
        self.items = {item["item_id"]: item for _, _, item in drawn}
        self._read_matches()
        self._read_parts()
        self._read_entries()
        records = {_record(part) for parts in self.parts.values() for part in parts}
        self.raw, self.headers = read_raw_rows(warehouse, scope, records)

    def _read_matches(self) -> None:
        """The matches of the drawn items, and every item of those matches."""
        relation = self.warehouse.relation
        members = self.warehouse.rows_of(
            f"""select * from {relation("fct_reconciliation_items")}
                where match_id in (select id from chosen_for_audit) order by item_id""",
            (item["match_id"] for item in self.items.values() if item["match_id"]),
        )
        for item in members:
            self.items.setdefault(item["item_id"], item)
        self.matches: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.warehouse.rows_of(
            f"""select * from {relation("fct_matches")}
                where match_id in (select id from chosen_for_audit) order by match_id, item_id""",
            (item["match_id"] for item in self.items.values() if item["match_id"]),
        ):
            self.matches[row["match_id"]].append(row)

    def _read_parts(self) -> None:
        """What each record contributes to each item; of many records the drawn ones, and the rest as a sum."""
        self.parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.rest: dict[str, tuple[int, Decimal]] = {}
        for row in self.warehouse.rows_of(
            f"""select * from {self.warehouse.relation("fct_item_parts")}
                where item_id in (select id from chosen_for_audit)
                order by item_id, source_name, source_table, source_record_id""",
            self.items,
        ):
            self.parts[row["item_id"]].append(row)
        for item_id, parts in self.parts.items():
            if len(parts) > PARTS_SHOWN:
                amounts = {"\n".join(_record(part)): part["amount"] for part in parts}
                kept = {found.item_id for found in draw(self.scope.seed, item_id, amounts, PARTS_SHOWN)}
                others = [part for part in parts if "\n".join(_record(part)) not in kept]
                self.parts[item_id] = [part for part in parts if "\n".join(_record(part)) in kept]
                self.rest[item_id] = len(others), sum((part["amount"] for part in others), Decimal(0))

    def _read_entries(self) -> None:
        """The entries behind expected ledger items, and the event of each."""
        relation, has = self.warehouse.relation, self.warehouse.has
        entries = "int_posted_entries" if has("int_posted_entries") else "int_expected_entries"
        self.entry_table = entries
        self.entries: dict[tuple[str, Record], list[dict[str, Any]]] = defaultdict(list)
        ids = [
            item for item, row in self.items.items() if row["leg"] == "ledger" and row["side"] == "expected"
        ]
        shown = {(item_id, _record(part)) for item_id in ids for part in self.parts[item_id]}
        is_posted = entries == "int_posted_entries"
        dates = "coalesce(entries.original_date, entries.entry_date)" if is_posted else "entries.entry_date"
        posted = "entries.posted_period is not null" if is_posted else "false"
        parts_of_key = "entries.*, named.component, named.obligation_id, named.side"
        # What int_item_parts says of an item's name: a document, or the day or month of what it sums up;
        # a month's items stand on its last day, a correction on the day it is posted.
        found = self.warehouse.rows_of(
            f"""
            select items.item_id, {parts_of_key if is_posted else "entries.*"}
            from {relation("fct_reconciliation_items")} as items
            inner join {relation(entries)} as entries
                on items.entity_id = entries.entity_id and items.event_type = entries.event_type
                and items.account_role = entries.account_role
            left join {relation("int_expected_entries")} as named
                on entries.entry_id = named.entry_id
            left join {relation("posting_granularity")} as granularities
                on entries.event_type = granularities.event_type and granularities.leg = 'ledger'
            where
                items.item_id in (select id from chosen_for_audit)
                and items.item_date = case
                    when granularities.granularity like 'month%' and not {posted}
                        then last_day(entries.entry_date)
                    else entries.entry_date
                end
                and case
                    when granularities.granularity like 'month%'
                        then right(items.document_reference, 7) = substring(cast({dates} as varchar), 1, 7)
                    when granularities.granularity like 'day%'
                        then right(items.document_reference, 10) = cast({dates} as varchar)
                    else entries.document_reference = items.document_reference
                end
            order by items.item_id, entries.entry_id
            """,
            ids,
        )
        for entry in found:
            key = entry["item_id"], _record(entry)
            if key in shown:
                self.entries[key].append(entry)
        events = self.warehouse.rows_of(
            f"""select * from {relation("int_accounting_events")}
                where event_id in (select id from chosen_for_audit)
                order by event_id, component, obligation_id""",
            (entry["event_id"] for found in self.entries.values() for entry in found if entry["event_id"]),
        )
        self.events = {_event(event): event for event in events}

    # --- one trail -----------------------------------------------------------------------------------

    def major(self, minor: int, currency: str) -> Decimal:
        """Minor units as an amount with four places, as the marts show it."""
        return Decimal(minor).scaleb(-self.exponents.get(currency, 2)).quantize(Decimal("0.0001"))

    def of(self, item_id: str) -> list[Line]:
        """The whole trail of an item."""
        item = self.items[item_id]
        lines = self._behind(item)
        match_id = item["match_id"]
        if not match_id:
            what = words(no_match=item["status"], cause=item.get("cause"))
            return [
                *lines,
                Line(MATCH_STEP, item["side"], "fct_matches", "", what, None, None, None, item_id),
            ]
        members = [self.items[row["item_id"]] for row in self.matches[match_id]]
        first = self.matches[match_id][0]
        lines += [
            line
            for other in members
            if other["side"] == item["side"] and other is not item
            for line in self._behind(other)
        ]
        what = words(
            rule=first["match_rule"], tier=first["match_tier"], confidence=first["confidence"],
            expected=first["expected_amount"], recorded=first["recorded_amount"], residual=first["residual_name"],
            days_apart=first["date_distance"], items=len(members),
        )  # fmt: skip
        lines.append(
            Line(
                MATCH_STEP,
                "both",
                "fct_matches",
                match_id,
                what,
                None,
                first["residual_amount"],
                item["currency_code"],
                item_id,
            )
        )
        return lines + [
            line for other in members if other["side"] != item["side"] for line in self._behind(other)
        ]

    def _behind(self, item: dict[str, Any]) -> list[Line]:
        """Raw rows, events and entries of one item, then the item."""
        lines: list[Line] = []
        for part in self.parts[item["item_id"]]:
            lines += self._raw_lines(item, part)
            for entry in self.entries.get((item["item_id"], _record(part)), ()):
                lines += self._entry_lines(item, entry)
        if item["item_id"] in self.rest:
            count, amount = self.rest[item["item_id"]]
            what = f"{count} other records of this item, not drawn; fct_item_parts lists them"
            lines.append(
                Line(
                    REST_STEP,
                    item["side"],
                    "fct_item_parts",
                    item["item_id"],
                    what,
                    None,
                    amount,
                    item["currency_code"],
                    item["item_id"],
                )
            )
        what = words(
            leg=item["leg"], account_role=item["account_role"], event=item["event_type"],
            document=item["document_reference"], status=item["status"], cause=item.get("cause"),
        )  # fmt: skip
        lines.append(
            Line(ITEM_STEP, item["side"], "fct_reconciliation_items", item["item_id"], what, item["item_date"],
                 item["amount"], item["currency_code"], item["item_id"])
        )  # fmt: skip
        return lines

    def _raw_lines(self, item: dict[str, Any], part: dict[str, Any]) -> list[Line]:
        """The landed row of a part, with the row it is a part of; each later version of it without an amount."""
        source, table, record = _record(part)
        rows = self.raw.get((source, table, record), [])
        lines = []
        if not rows:
            what = NO_ROW
            lines.append(
                Line(
                    RAW_STEP,
                    item["side"],
                    f"{source}.{table}",
                    record,
                    what,
                    None,
                    part["amount"],
                    part["currency_code"],
                    item["item_id"],
                )
            )
        for number, row in enumerate(rows):
            amount = part["amount"] if number == 0 else None
            what = words(**{name: value for name, value in row.items()})
            lines.append(
                Line(
                    RAW_STEP,
                    item["side"],
                    f"{source}.{table}",
                    record,
                    what,
                    None,
                    amount,
                    part["currency_code"],
                    item["item_id"],
                )
            )
            own, header, _ = HEADERS.get((source, table), (None, None, None))
            if own and number == 0 and row.get(own) is not None:
                key = str(row[own]).strip()
                for above in self.headers.get((source, header, key), [])[:1]:
                    lines.append(
                        Line(
                            HEADER_STEP,
                            item["side"],
                            f"{source}.{header}",
                            key,
                            words(**above),
                            None,
                            None,
                            None,
                            item["item_id"],
                        )
                    )
        return lines

    def _entry_lines(self, item: dict[str, Any], entry: dict[str, Any]) -> list[Line]:
        """The event of an entry in its own currency, and the entry in the company's."""
        lines = []
        event = self.events.get(_event(entry))
        if event is not None:
            what = words(
                event=event["event_type"], component=event["component"], document=event["document_reference"],
                obligation=event["obligation_id"],
            )  # fmt: skip
            lines.append(
                Line(EVENT_STEP, item["side"], "int_accounting_events", event["event_id"], what, event["event_date"],
                     self.major(event["amount_minor"], event["currency_code"]), event["currency_code"], item["item_id"])
            )  # fmt: skip
        what = words(
            account_role=entry["account_role"], component=entry["component"], side=entry["side"],
            correction_of=entry.get("original_period"), cause=entry.get("correction_cause"),
        )  # fmt: skip
        currency = entry["functional_currency_code"]
        lines.append(
            Line(ENTRY_STEP, item["side"], self.entry_table, entry["entry_id"], what, entry["entry_date"],
                 self.major(entry["functional_amount_minor"], currency), currency, item["item_id"])
        )  # fmt: skip
        return lines

    def is_complete(self, lines: list[Line]) -> str:
        """'' if every item of the trail ends in raw rows that add up to it, and entries too; else what is missing."""
        raw: dict[str, Decimal] = defaultdict(Decimal)
        entries: dict[str, Decimal] = defaultdict(Decimal)
        with_raw = set()
        for line in lines:
            if line.step in (RAW_STEP, REST_STEP):
                raw[line.part_of] += line.amount or 0
                with_raw.add(line.part_of)
            if line.step == ENTRY_STEP:
                entries[line.part_of] += line.amount or 0
        for line in lines:
            if line.step == RAW_STEP and line.what == NO_ROW:
                return f"no row {line.table} {line.key}"
            if line.step != ITEM_STEP:
                continue
            if line.key not in with_raw or raw[line.key] != line.amount:
                return f"raw rows of {line.key} add up to {raw[line.key]}"
            item = self.items[line.key]
            rest = self.rest.get(line.key, (0, Decimal(0)))[1]
            if (item["leg"], item["side"]) == ("ledger", "expected") and entries[
                line.key
            ] + rest != line.amount:
                return f"entries of {line.key} add up to {entries[line.key] + rest}"
        return ""


def _record(row: dict[str, Any]) -> Record:
    return row["source_name"], row["source_table"], row["source_record_id"]


def _event(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["event_id"], row["component"] or "", row["obligation_id"] or ""


def trail_tables(
    warehouse: Warehouse, scope: Scope, drawn: list[tuple[str, Drawn, dict[str, Any]]]
) -> tuple[Table, Table]:
    """(samples/items.csv, samples/trails.csv)."""
    trails = Trails(warehouse, scope, drawn)
    items, lines = [], []
    numbers: dict[str, int] = defaultdict(int)
    for population, found, item in drawn:
        numbers[population] += 1
        trail = trails.of(found.item_id)
        missing = trails.is_complete(trail)
        items.append(
            (population, numbers[population], found.selection, item["item_id"], item["account_role"],
             item["event_type"], item["document_reference"], item["item_date"], item["amount"],
             item["currency_code"], item["functional_amount"], item["functional_currency_code"], item["status"],
             item["match_rule"], item["cause"], len(trail), not missing, missing or None)
        )  # fmt: skip
        lines += [
            (population, numbers[population], at, found.item_id, *line)
            for at, line in enumerate(trail, start=1)
        ]
    names = (
        "population number selection item_id account_role event_type document_reference item_date amount "
        "currency_code functional_amount functional_currency_code status match_rule cause trail_line_count "
        "is_trail_complete what_is_missing"
    ).split()
    sampled = Table(
        "samples/items.csv", "The sampled items", [_column(name) for name in names], items, "samples"
    )
    names = (
        "population number line item_id step side table key what date amount currency_code part_of".split()
    )
    shown = Table(
        "samples/trails.csv",
        "The trail of each sampled item",
        [_column(name) for name in names],
        lines,
        "trails",
    )
    return sampled, shown


def _column(name: str) -> Column:
    kinds = {
        "number": "integer",
        "line": "integer",
        "trail_line_count": "integer",
        "item_date": "date",
        "date": "date",
    }
    if name.endswith("amount"):
        return Column(name, "decimal")
    return Column(name, "boolean" if name.startswith("is_") else kinds.get(name, "text"))
