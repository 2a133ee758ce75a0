"""SWIFT MT940, read with the library mt-940, one statement in memory at a time."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Iterator

from statements.shape import Line, Refused, Statement, bounded, currency_of, words

NO_REFERENCE = ("NONREF", "NOREF")
LARGEST_STATEMENT = 16_000_000


def read(path: Path, name: str) -> list[Statement]:
    """All statements of a file; `name` is what messages call it."""
    statements = [statement(text, line, name) for text, line in blocks(path, name)]
    if not statements:
        raise Refused(f"{name}: no statement (:20:) in it; is it MT940?")
    return statements


def blocks(path: Path, name: str) -> Iterator[tuple[str, int]]:
    """The text of each statement and the line it starts in; a statement starts with :20:."""
    kept: list[str] = []
    first = size = 0
    for number, line in enumerate(lines_of(path, name), start=1):
        if line.startswith(":20:"):
            if first:
                yield "\n".join(kept), first
            kept, first, size = [], number, 0
        # Envelopes of the network, such as {1:F01...}{4: and -}, are around a statement and not in it.
        if first and not line.startswith(("{", "-}")):
            kept.append(line)
            size += len(line)
            if size > LARGEST_STATEMENT:
                raise Refused(f"{name}, line {first}: a statement of over {LARGEST_STATEMENT} characters")
    if first:
        yield "\n".join(kept), first


def lines_of(path: Path, name: str) -> Iterator[str]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if len(raw) > 10_000:
                raise Refused(f"{name}, line {number}: over 10000 characters long; is it MT940?")
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                text = raw.decode("latin-1")
            yield text.rstrip("\r\n")


def statement(text: str, first: int, name: str) -> Statement:
    # Imported here: a company that has no MT940 files can do without the library.
    from mt940.models import Transactions
    from mt940.options import Options

    place = f"{name}, line {first}"
    parsed = Transactions(options=Options.all())
    try:
        parsed.parse(text)
    except Exception as error:  # noqa: BLE001 (the library raises whatever the damage leads to)
        raise Refused(f"{place}: {reason(error, text, first)}; ask the bank for the file again") from None
    told = parsed.data
    marks = [first + number for number, line in enumerate(text.split("\n")) if line.startswith(":61:")]
    if len(marks) != len(parsed.transactions):
        raise Refused(f"{place}: {len(marks)} lines (:61:), {len(parsed.transactions)} of which can be read")
    opening = told.get("final_opening_balance") or told.get("intermediate_opening_balance")
    closing = told.get("final_closing_balance") or told.get("intermediate_closing_balance")
    if opening is None or closing is None:
        missing = "opening balance (:60F:)" if opening is None else "closing balance (:62F:)"
        raise Refused(f"{place}: no {missing}, so its lines cannot be proved; ask the bank for the file again")
    account = (told.get("account_identification") or "").strip()
    if not account:
        raise Refused(f"{place}: no account (:25:); ask the bank for the file again")
    currency = currency_of(opening.amount.currency, place)
    if currency_of(closing.amount.currency, place) != currency:
        raise Refused(f"{place}: opens in {currency} and closes in {closing.amount.currency}")
    return Statement(
        account=account,
        currency=currency,
        number=(told.get("statement_number") or "").lstrip("0"),
        opening=bounded(opening.amount.amount, place),
        closing=bounded(closing.amount.amount, place),
        closing_date=plain(closing.date),
        place=f"{place}, :20: {(told.get('transaction_reference') or '').strip()}",
        lines=[
            read_line(row.data, f"{name}, line {mark}, :61:")
            for mark, row in zip(marks, parsed.transactions, strict=True)
        ],
    )


def reason(error: Exception, text: str, first: int) -> str:
    """What the library could not read, with its line when it can be found."""
    value = error.args[2] if len(error.args) > 2 and isinstance(error.args[2], str) else None
    if value is None:
        return "a field of it cannot be read"
    head = value.split("\n")[0]
    for number, line in enumerate(text.split("\n")):
        found = re.match(r":([0-9A-Z]{2,3}):", line)
        if found and line.endswith(head):
            return f"line {first + number}, :{found.group(1)}: cannot be read"
    return "a field of it cannot be read"


def plain(day: Any) -> date:
    return date(day.year, day.month, day.day)


def read_line(told: dict[str, Any], place: str) -> Line:
    quoted = (told.get("end_to_end_reference") or told.get("customer_reference") or "").strip()
    if quoted in NO_REFERENCE or quoted == "NOTPROVIDED":
        quoted = ""
    return Line(
        posted_date=plain(told.get("entry_date") or told["date"]),
        value_date=plain(told["date"]),
        amount=bounded(told["amount"].amount, place),
        bank_id=(told.get("bank_reference") or "").strip(),
        reference=words(quoted),
        description=words(
            told.get("purpose"),
            told.get("additional_purpose"),
            told.get("transaction_details"),
            told.get("extra_details"),
            told.get("posting_text"),
        ),
        place=place,
    )
