"""Who buys what: clients, agreement lines with their versions, units held by day, metered events; all of it true.

A deal is one client's use of one service over the whole time. Its lines are the versions of the
agreement, its holdings what the vendors count, its events what the meters report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from .. import clock
from .catalogue import Service
from .rating import Rated, Terms, measure, rate


@dataclass(frozen=True)
class Client:
    """A client; `number` from 1, `word` is what names it in every system, one word."""

    number: int
    id: str
    name: str
    word: str
    country: str
    currency: str
    is_itemised_elsewhere: bool
    is_internal: bool


@dataclass
class Line:
    """A version of an agreement line; `end` exclusive, None while it lasts; `committed` in units."""

    id: str
    agreement: str
    basis: str
    measure: str | None
    terms: Terms
    cost: Decimal
    timing: str
    start: dt.date
    end: dt.date | None = None
    committed: int | None = None
    proration: str = "none"
    kind: str = "standard"
    bundled_in: str | None = None

    def active(self, first: dt.date, until: dt.date) -> tuple[dt.date, dt.date] | None:
        """The days of a month (until exclusive) in which the version holds, None when it does not."""
        start, end = max(self.start, first), min(self.end or until, until)
        return (start, end) if start < end else None


@dataclass
class Holding:
    """Units that a vendor counts day by day from `first` to before `until`, in the vendor's own units."""

    vendor: str
    reference: str
    sku: str
    kind: str
    first: dt.date
    until: dt.date
    quantity: int
    units: Decimal = Decimal(1)
    inactive: int | None = None
    cancelled_on: dt.date | None = None
    is_estimated: bool = False
    is_mapped: bool = True

    def billable_units(self, day: dt.date) -> Fraction:
        """Units of the service that a client pays for on a day."""
        is_held = self.first <= day < self.until
        is_cancelled = self.cancelled_on is not None and self.cancelled_on <= day
        if not is_held or is_cancelled or self.kind != "standard" or not self.is_mapped:
            return Fraction(0)
        return self.quantity * Fraction(self.units)


@dataclass
class Event:
    """A metered event, UTC; `corrects` is the id of the event that a negative quantity takes back."""

    id: str
    quantity: Decimal
    occurred: dt.datetime
    recorded: dt.datetime
    corrects: str | None = None
    is_copy: bool = False


@dataclass
class Charge:
    """One line of an invoice: service units, price of one where there is a single one, cents."""

    quantity: Fraction
    price: Decimal | None
    cents: int


@dataclass
class Deal:
    """One client's use of one service; `contexts` are (class, first month) that explain a difference."""

    client: Client
    service: Service
    calendar: "Calendar"
    lines: list[Line] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    contexts: list[tuple[str, int]] = field(default_factory=list)
    fault: str | None = None
    overrides: dict[int, list[Charge]] = field(default_factory=dict)

    def units_by_day(self, first: dt.date, until: dt.date) -> list[Fraction]:
        """Billable units on every day."""
        days = (first + dt.timedelta(days=number) for number in range((until - first).days))
        return [sum((held.billable_units(day) for held in self.holdings), Fraction(0)) for day in days]

    def rate_line(self, line: Line, month: int) -> Rated | None:
        """What a version comes to in a month, None when it does not hold in it."""
        first, until = self.calendar.bounds(month)
        active = line.active(first, until)
        if active is None:
            return None
        if line.bundled_in or line.kind in ("trial", "internal"):
            return Rated(Fraction(0), Fraction(0), 0)
        if line.basis == "committed":
            days = Fraction((active[1] - active[0]).days, (until - first).days)
            share = days if line.proration == "daily" else Fraction(1)
            return rate(line.terms, Fraction(line.committed or 0), share)
        if line.basis == "metered":
            used = (event for event in self.events if not event.is_copy)
            counted = [event.quantity for event in used if first <= event.occurred.date() < until]
            return rate(line.terms, Fraction(sum(counted, Decimal(0))))
        assert line.measure
        return rate(line.terms, measure(self.units_by_day(*active), line.measure))

    def rated(self, month: int) -> list[tuple[Line, Rated]]:
        """Every version that holds in a month, with what it comes to."""
        found = ((line, self.rate_line(line, month)) for line in self.lines)
        return [(line, rated) for line, rated in found if rated is not None]

    def due(self, month: int) -> list[Charge]:
        """The charges that the agreement leads to."""
        return [
            Charge(rated.billable, line.terms.price if line.terms.model == "per_unit" else None, rated.cents)
            for line, rated in self.rated(month) if rated.cents or rated.billable
        ]  # fmt: skip

    def charges(self, month: int) -> list[Charge]:
        """What is invoiced for a month: what is due, unless a fault has other ideas."""
        return self.overrides[month] if month in self.overrides else self.due(month)

    def cents_due(self, month: int) -> int:
        """What should be invoiced for a month."""
        return sum(charge.cents for charge in self.due(month))

    @property
    def timing(self) -> str:
        """Billed in advance or in arrears."""
        return self.lines[0].timing if self.lines else self.service.timing

    def is_billed(self, month: int) -> bool:
        """Whether the invoice of a month is among those that were written."""
        return self.timing == "advance" or month < self.calendar.months - 1

    def split(self, day: dt.date) -> tuple[Line, Line]:
        """End the version that holds on a day and begin its successor, a copy; both returned."""
        old = next(line for line in self.lines if line.active(day, day + dt.timedelta(days=1)))
        new = replace(old, id=f"{old.id}R{len(self.lines) + 1}", start=day)
        old.end = day
        self.lines.append(new)
        return old, new

    def cut_holdings(self, day: dt.date) -> list[Holding]:
        """Split holdings at a day; returns the parts from that day on."""
        for held in list(self.holdings):
            if held.first < day < held.until:
                self.holdings.append(replace(held, first=day))
                held.until = day
        return [held for held in self.holdings if held.first >= day]

    def drop_holdings(self, day: dt.date) -> None:
        """Nothing is held from a day on."""
        gone = self.cut_holdings(day)
        self.holdings = [held for held in self.holdings if held not in gone]

    def hold_from(self, day: dt.date, change: int, until: dt.date | None = None) -> None:
        """Hold more or fewer units from a day on, on the first of the vendor's names for the client."""
        if until is not None:
            self.cut_holdings(until)
        changed = [held for held in self.cut_holdings(day) if until is None or held.first < until]
        changed = [held for held in changed if held.units == 1 and held.kind == "standard"]
        for held in changed:
            beside = (other for other in changed if other.first < held.until and held.first < other.until)
            if (held.reference, held.sku) == min((other.reference, other.sku) for other in beside):
                held.quantity += change


@dataclass(frozen=True)
class Calendar:
    """The months of the company, numbered from 0."""

    start: dt.date
    months: int

    def first(self, month: int) -> dt.date:
        """First day of a month."""
        return clock.add_months_to_date(self.start, month)

    def bounds(self, month: int) -> tuple[dt.date, dt.date]:
        """First day of a month and of the next one."""
        return self.first(month), self.first(month + 1)

    @property
    def end(self) -> dt.date:
        """The day after the last one."""
        return self.first(self.months)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.months))
