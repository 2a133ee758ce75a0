"""Exact arithmetic of the books: rounding, allocation, service shares and exchange rates.

All money is an integer in minor units; every rounding is half away from zero. Days are proleptic
ordinals (`date.toordinal`), months are `year * 12 + month - 1`.
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

Table = dict[str, list[Any]]
Term = tuple[bool, int, int]
"""(counted in months, first position, length): see `service_term`."""

EXPONENTS = {
    "BIF": 0, "CLP": 0, "JPY": 0, "KRW": 0, "PYG": 0, "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0,
    "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
"""ISO 4217 minor-unit exponents that are not 2."""


def divide(numerator: int, denominator: int) -> int:
    """Return the quotient rounded half away from zero."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if numerator < 0:
        return -((denominator - 2 * numerator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights so that the running sums are rounded, never the parts.

    Weights that sum to zero give everything to the last part.
    """
    whole = sum(weights)
    if not whole:
        return [0] * (len(weights) - 1) + [amount] if weights else []
    parts, cumulative, given = [], 0, 0
    for weight in weights:
        cumulative += weight
        reached = divide(amount * cumulative, whole)
        parts.append(reached - given)
        given = reached
    return parts


def line_amounts(amounts: Sequence[int], subtotal: int, tax: int, total: int) -> tuple[list, list]:
    """Return (net, tax) per invoice line after the invoice's discount, lines in unique_id order."""
    discounts = allocate(subtotal + tax - total, amounts)
    net = [amount - discount for amount, discount in zip(amounts, discounts)]
    return net, allocate(tax, net)


def exponent(currency: str) -> int:
    """Return the number of minor-unit digits of an ISO 4217 currency."""
    return EXPONENTS.get(currency.upper(), 2)


def accounting_day(timezone_name: str) -> Callable[[datetime], int]:
    """Return the function from a naive UTC timestamp to its accounting day."""
    if timezone_name == "UTC":
        return datetime.toordinal
    zone = ZoneInfo(timezone_name)
    return lambda moment: moment.replace(tzinfo=timezone.utc).astimezone(zone).toordinal()


@lru_cache(maxsize=None)
def month_of(day: int) -> int:
    """Return the month that a day lies in."""
    calendar_day = date.fromordinal(day)
    return calendar_day.year * 12 + calendar_day.month - 1


@lru_cache(maxsize=None)
def month_end(month: int) -> int:
    """Return the last day of a month."""
    return date((month + 1) // 12, (month + 1) % 12 + 1, 1).toordinal() - 1


def day_closed(day: int) -> datetime:
    """Return the midnight that ends a day."""
    return datetime.combine(date.fromordinal(day), time()) + timedelta(days=1)


def month_label(month: int) -> str:
    """Return a month as YYYY-MM."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def service_term(start: int | None, end: int | None, even_months: bool) -> Term:
    """Return the term over which a line is earned; `start` and `end` are days, end exclusive.

    A line without a period, or with one that ends on the day it starts, is earned at once.
    """
    if start is None or end is None or end <= start:
        return False, 0, 1
    if even_months:
        return True, month_of(start), max(1, month_of(end) - month_of(start))
    return False, start, end - start


def served_before(term: Term, day: int) -> int:
    """Return how many of the term's units had been delivered when the day began."""
    in_months, first, length = term
    return min(max((month_of(day) if in_months else day) - first, 0), length)


def served_by_close(term: Term, month: int) -> int:
    """Return how many of the term's units were delivered by the end of the month."""
    in_months, first, length = term
    return min(max((month if in_months else month_end(month)) + 1 - first, 0), length)


def last_month(term: Term) -> int:
    """Return the month at whose end nothing is left to deliver; 0 when earned at once."""
    in_months, first, length = term
    if in_months:
        return first + length - 1
    return month_of(first + length - 1) if first else 0


@contextmanager
def collector_paused() -> Iterator[None]:
    """Hold the garbage collector off: millions of small tuples and no cycles cost it a third."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Rates:
    """Published rates, as exact conversions into the functional currency.

    Source: `ecb.exchange_rate`, units of a currency per 1 EUR on business days. A day without a
    publication uses the last one before it.
    """

    def __init__(self, table: Table, functional_currency: str) -> None:
        published: dict[str, list[tuple[int, Decimal]]] = {}
        for day, currency, rate in zip(table["rate_date"], table["currency"], table["rate"]):
            quote = (day.toordinal(), rate if isinstance(rate, Decimal) else Decimal(str(rate)))
            published.setdefault(currency.upper(), []).append(quote)
        self._days = {}
        self._rates = {}
        for currency, quotes in published.items():
            quotes.sort()
            self._days[currency] = [day for day, _ in quotes]
            self._rates[currency] = [rate for _, rate in quotes]
        self.functional = functional_currency.upper()
        self._ratios: dict[tuple[str, int], tuple[int, int]] = {}

    def per_euro(self, currency: str, day: int) -> Decimal:
        """Return the last rate published on or before the day; LookupError when there is none."""
        if currency == "EUR":
            return Decimal(1)
        position = bisect_right(self._days.get(currency, ()), day)
        if not position:
            raise LookupError(f"no rate for {currency} on or before {date.fromordinal(day)}")
        return self._rates[currency][position - 1]

    def is_published(self, currency: str, day: int) -> bool:
        """Return whether a rate had been published on or before the day, for both sides of it."""
        days = [self._days.get(code, ()) for code in (currency.upper(), self.functional)]
        return all(
            code == "EUR" or bool(found and found[0] <= day)
            for code, found in zip((currency.upper(), self.functional), days)
        )

    def ratio(self, currency: str, day: int) -> tuple[int, int]:
        """Return (numerator, denominator) from minor units to functional minor units."""
        key = (currency, day)
        found = self._ratios.get(key)
        if found is None:
            name = currency.upper()
            if name == self.functional:
                found = (1, 1)
            else:
                exact = Fraction(self.per_euro(self.functional, day))
                exact /= Fraction(self.per_euro(name, day))
                exact *= Fraction(10) ** (exponent(self.functional) - exponent(name))
                found = (exact.numerator, exact.denominator)
            self._ratios[key] = found
        return found

    def convert(self, amount: int, currency: str, day: int) -> int:
        """Return an amount in functional minor units at the day's rate, rounded once."""
        numerator, denominator = self.ratio(currency, day)
        return divide(amount * numerator, denominator) if numerator != denominator else amount
