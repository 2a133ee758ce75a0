"""The life of a contract as it is told: what `lives.py` draws and lands, and what `oracle.py` books.

Money is an int in minor units of the contract's currency. Every datetime is naive and on the
company's own clock. A service ends exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Line:
    """A position of an invoice: amount before discount and tax, and what it is for."""

    key: str
    amount: int
    start: datetime
    end: datetime
    convention: str = "daily"


@dataclass(frozen=True)
class Invoice:
    """A finalised invoice, its lines in the order of their ids."""

    key: str
    booked: datetime
    lines: tuple[Line, ...]
    discount: int = 0
    tax: int = 0

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines) - self.discount + self.tax


@dataclass(frozen=True)
class Event:
    """Something that happened; `of` is the key of what it happened to.

    kind: payment (of an invoice, or of nothing), paid_outside, applied, note, voided, uncollectible
    (of an invoice), note_voided (of a note), refund, dispute (of a payment), refund_failed (of a
    refund), dispute_won, dispute_lost (of a dispute), granted (of an invoice or of nothing) and
    cancelled (of nothing).
    amount: of a note its total.
    settled: (currency, amount) that moved at the processor if that was another currency, both +.
    fee: in the currency that moved; negative when it came back.
    lines: the invoice lines that a note names, with their amounts before tax.
    refunded, credited, outside: how a note after payment was settled. note: what a refund pays out.
    """

    at: datetime
    kind: str
    key: str = ""
    of: str = ""
    amount: int = 0
    settled: tuple[str, int] | None = None
    fee: int = 0
    lines: tuple[tuple[str, int], ...] = ()
    refunded: int = 0
    credited: int = 0
    outside: int = 0
    note: str = ""


@dataclass(frozen=True)
class Life:
    """One contract of one customer in one currency, until the end of as_of.

    events: in the order of their times; of two at one time the first happened first.
    rates: {currency: {day: units of it per euro}}, all in one scale and with the euro's own.
    policies: (policy, choice, day from which it holds), in the order of the days.
    """

    currency: str
    as_of: date
    invoices: tuple[Invoice, ...]
    events: tuple[Event, ...]
    rates: dict[str, dict[date, int]] = field(default_factory=dict, repr=False)
    policies: tuple[tuple[str, str, date], ...] = ()
    functional: str = "USD"
