"""The file of a closed period: its columns, its seals and hashes, and how it is checked.

A close is a CSV of long rows. Every row ends in a seal: two sums over its values, from which the place of a
changed value follows, and a hash of the row. The last row is the SHA-256 of every byte before it, and the row before
that is the same hash of the close before, so that the closes of a company are a chain.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any, Iterable, Iterator

COLUMNS = [
    "entity_id", "period", "record_number", "record_kind", "side", "source_name", "event_type",
    "document_reference", "account_role", "currency_code", "entry_date", "original_period", "original_date",
    "amount_minor", "debit_minor", "credit_minor", "opening_minor", "closing_minor", "row_count",
    "source_table", "source_record_id", "quoted_text", "item", "value", "accepted_by", "reason", "seal",
]  # fmt: skip
SEALED = COLUMNS[:-1]
PRIME = 2**31 - 1
NO_CLOSE = "none"
Row = dict[str, str]


class Refused(Exception):
    """What is asked for cannot be done; the message is one line: the thing, and the next step."""


def seed_name(entity_id: str, period: str) -> str:
    """Name of the seed, and so of the file, that holds a close: letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", f"{entity_id}_{period}".lower()).strip("_")


def seal_of(row: Row) -> str:
    """Sum of the values' checksums, the same weighted by place, and twelve characters of the row's hash, in hex."""
    checksums = [zlib.crc32(f"{column}|{row[column]}".encode()) % PRIME for column in SEALED]
    total = sum(checksums) % PRIME
    weighted = sum(place * checksum for place, checksum in enumerate(checksums, start=1)) % PRIME
    whole = "|".join(row[column] for column in SEALED)
    return f"{total:08x}{weighted:08x}" + hashlib.sha256(whole.encode()).hexdigest()[:12]


def changed_column(row: Row) -> str | None:
    """The one column whose value no longer fits the row's seal; None if it is not one alone."""
    try:
        then = [int(row["seal"][start : start + 8], 16) for start in (0, 8)]
    except ValueError:
        return None
    now = [int(seal_of(row)[start : start + 8], 16) for start in (0, 8)]
    change, weighted = ((after - before) % PRIME for after, before in zip(now, then))
    if change == 0:
        return None
    # One value that changed by d moves the sums by d and by place * d.
    place = weighted * pow(change, -1, PRIME) % PRIME
    return SEALED[place - 1] if 1 <= place <= len(SEALED) else None


def in_text(value: Any) -> str:
    """A value as it stands in the file: empty for null, one line, no blanks around it."""
    return "" if value is None else " ".join(str(value).split())


def line_of(row: Row) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([row[column] for column in COLUMNS])
    return text.getvalue()


def written(entity_id: str, period: str, records: Iterable[dict[str, Any]], previous_hash: str) -> tuple[str, str]:
    """The text of a close and its hash: the records, numbered and sealed, and the two rows of the chain."""
    lines = [",".join(COLUMNS) + "\n"]

    def add(record: dict[str, Any]) -> None:
        row = {column: in_text(record.get(column)) for column in SEALED}
        row |= {"entity_id": entity_id, "period": period, "record_number": str(len(lines))}
        row["seal"] = seal_of(row)
        lines.append(line_of(row))

    for record in records:
        add(record)
    add({"record_kind": "chain", "item": "previous_close", "value": previous_hash})
    digest = hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()
    add({"record_kind": "chain", "item": "this_close", "value": digest})
    return "".join(lines), digest


def rows_of(path: Path) -> list[Row]:
    """The rows of a close as text; Refused if it has other columns than a close."""
    try:
        reader = csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))
        header = next(reader, [])
        values = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{path.name}: not a CSV file in UTF-8 ({error})") from None
    if header != COLUMNS:
        raise Refused(f"{path.name}: its first row is not that of a close")
    ragged = [number for number, row in enumerate(values, start=1) if len(row) != len(COLUMNS)]
    if ragged:
        raise Refused(f"{path.name}: row {ragged[0]} has another number of values than the header")
    return [dict(zip(COLUMNS, row)) for row in values]


def chain_of(rows: list[Row]) -> dict[str, str]:
    return {row["item"]: row["value"] for row in rows if row["record_kind"] == "chain"}


def facts_of(rows: list[Row]) -> dict[str, str]:
    """What the rows of kind period say: start_date, end_date, covers_from, loaded_until and so on."""
    return {row["item"]: row["value"] for row in rows if row["record_kind"] == "period"}


def problems_of(path: Path, previous_hash: str) -> list[str]:
    """Everything that is wrong with one close, in words that name the file, the row and the value."""
    rows = rows_of(path)
    found = list(broken_seals(path.name, rows))
    numbers = [row["record_number"] for row in rows]
    for place, number in enumerate(numbers, start=1):
        if number != str(place):
            found.append(f"{path.name}: row {place} says it is row {number}: a row was added, moved or removed")
            break
    chain = chain_of(rows)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    digest = hashlib.sha256("".join(lines[:-1]).encode("utf-8")).hexdigest()
    if chain.get("this_close") != digest:
        closed_with = chain.get("this_close", "")[:12]
        found.append(f"{path.name}: its rows hash to {digest[:12]}, it was closed with {closed_with}")
    if chain.get("previous_close") != previous_hash:
        found.append(
            f"{path.name}: it follows a close with hash {chain.get('previous_close', '')[:12]}, "
            f"the close before it has {previous_hash[:12]}"
        )
    found.extend(broken_sums(path.name, rows))
    return found


def broken_seals(name: str, rows: list[Row]) -> Iterator[str]:
    for place, row in enumerate(rows, start=1):
        if row["seal"] == seal_of(row):
            continue
        column = changed_column(row)
        if column is None:
            yield f"{name}: row {place}: several of its values, or its seal, are not what was closed"
        else:
            yield f"{name}: row {place}, {column}: {row[column]!r} is not what was closed"


def number_in(row: Row, column: str) -> int:
    try:
        return int(row[column] or 0)
    except ValueError:
        return 0


def broken_sums(name: str, rows: list[Row]) -> Iterator[str]:
    """Balances that are not the sum of the entries, or that do not close."""
    start = facts_of(rows).get("start_date", "")
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["record_kind"] == "entry" and row["entry_date"] >= start:
            total = sums[row["side"], row["account_role"]]
            total[0] += number_in(row, "debit_minor")
            total[1] += number_in(row, "credit_minor")
    for place, row in enumerate(rows, start=1):
        if row["record_kind"] != "balance":
            continue
        debit, credit = sums.pop((row["side"], row["account_role"]), [0, 0])
        subject = f"{name}: row {place}, balance of {row['side']} {row['account_role']}"
        for column, total in (("debit_minor", debit), ("credit_minor", credit)):
            if number_in(row, column) != total:
                yield f"{subject}: {column} is {row[column]}, its entries sum to {total}"
        closing = number_in(row, "opening_minor") + number_in(row, "debit_minor") - number_in(row, "credit_minor")
        if closing != number_in(row, "closing_minor"):
            yield f"{subject}: closing_minor is {row['closing_minor']}, opening and movements give {closing}"
    for (side, role), total in sums.items():
        if total != [0, 0]:
            yield f"{name}: entries of {side} {role} have no balance"
