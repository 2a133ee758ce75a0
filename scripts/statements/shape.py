"""What every format is read into, and the checks that hold for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

# The amount column is decimal(18, 6): what has more digits is not loaded as something else.
LARGEST = Decimal(10) ** 12
LONGEST_TEXT = 1000


class Refused(Exception):
    """A file that is not loaded; the message is one line: where, what is wrong, what to do next."""


@dataclass
class Line:
    """One booked line: amount in major units, money in is positive."""

    posted_date: date
    value_date: date | None
    amount: Decimal
    bank_id: str  # the bank's own id of the line, or nothing
    reference: str  # what the payer quoted, or nothing
    description: str
    place: str


@dataclass
class Statement:
    """One statement of one account; a balance that the format does not have is None."""

    account: str
    currency: str
    number: str
    opening: Decimal | None
    closing: Decimal | None
    closing_date: date | None
    place: str
    lines: list[Line] = field(default_factory=list)
    pending: int = 0


def amount_of(text: str | None, place: str) -> Decimal:
    """A number written with a point or a comma and no thousands separator; never a float."""
    written = (text or "").strip()
    if not re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", written):
        raise Refused(f"{place}: {written[:40]!r} is no amount; ask the bank for the file again")
    try:
        amount = Decimal(written.replace(",", "."))
    except InvalidOperation:
        raise Refused(f"{place}: {written[:40]!r} is no amount; ask the bank for the file again") from None
    return bounded(amount, place)


def bounded(amount: Decimal, place: str) -> Decimal:
    if abs(amount) >= LARGEST or amount != round(amount, 6):
        raise Refused(f"{place}: {amount} has more digits than an amount can have here; ask the bank for the file again")
    return amount


def currency_of(text: str | None, place: str) -> str:
    code = (text or "").strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise Refused(f"{place}: {code[:10]!r} is no currency; the statement must name its currency")
    return code


def words(*texts: str | None) -> str:
    """Texts in their order, each once, blanks in a row made one."""
    kept: list[str] = []
    for text in texts:
        plain = " ".join((text or "").split())
        if plain and plain not in kept:
            kept.append(plain)
    return " ".join(kept)[:LONGEST_TEXT]


def check_balance(statement: Statement) -> None:
    """opening + lines = closing, or the statement is refused with what is missing."""
    if statement.opening is None or statement.closing is None:
        return
    moved = sum((line.amount for line in statement.lines), Decimal(0))
    difference = statement.closing - statement.opening - moved
    if difference:
        raise Refused(
            f"{statement.place}: opening {statement.opening} + {len(statement.lines)} lines {moved} is not closing"
            f" {statement.closing} {statement.currency}, {difference} is missing; lines are lost or doubled, ask the"
            " bank for the file again"
        )
