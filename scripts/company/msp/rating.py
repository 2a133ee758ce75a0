"""What a month of a service costs by its agreement: exact fractions, rounded once, half away from zero.

Quantities are in units of the service, money in major units until `cents` rounds it. The models
compute the same in integers by other ways; nothing is shared with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

_MILLION = 1_000_000


class Tier(NamedTuple):
    """A tier of prices; `up_to` is inclusive, None for the last one; `flat` is due once when the tier is reached."""

    up_to: int | None
    price: Decimal
    flat: Decimal | None = None


class Terms(NamedTuple):
    """Price terms; `price` per unit or per package, None with tiers; `minimum` per month in major units."""

    model: str
    price: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    package: int | None = None
    included: int | None = None
    minimum: Decimal | None = None


class Rated(NamedTuple):
    """A rated month: quantities measured and billable, amount in cents."""

    measured: Fraction
    billable: Fraction
    cents: int


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def stated(quantity: Fraction) -> Fraction:
    """A quantity as an agreement can state it: in millionths, rounded half up."""
    return Fraction(half_up(quantity * _MILLION), _MILLION)


def measure(units_by_day: Sequence[Fraction], how: str) -> Fraction:
    """One quantity from the units of every day of a month: daily_average, maximum or last."""
    if how == "daily_average":
        return Fraction(sum(units_by_day)) / len(units_by_day)
    return Fraction(max(units_by_day) if how == "maximum" else units_by_day[-1])


def billable(terms: Terms, measured: Fraction) -> Fraction:
    """What is left after the included units, in whole packages where packages are sold."""
    left = max(Fraction(0), measured - (terms.included or 0))
    if terms.model == "package":
        assert terms.package
        return Fraction(-(-left // terms.package) * terms.package)
    return left


def price_of(terms: Terms, quantity: Fraction) -> Fraction:
    """Exact amount of a billable quantity in major units, before any minimum."""
    if terms.model in ("graduated", "volume"):
        return _tiered(terms, quantity)
    assert terms.price is not None
    units = quantity / terms.package if terms.model == "package" and terms.package else quantity
    return units * Fraction(terms.price)


def _tiered(terms: Terms, quantity: Fraction) -> Fraction:
    """Graduated: every part at its own tier's price; volume: all of it at the price of the tier it ends in."""
    amount, below = Fraction(0), 0
    for tier in terms.tiers:
        if quantity <= below:
            break
        is_last = tier.up_to is None or quantity <= tier.up_to
        flat = Fraction(tier.flat or 0)
        if terms.model == "volume" and is_last:
            return quantity * Fraction(tier.price) + flat
        if terms.model == "graduated":
            top = quantity if is_last or tier.up_to is None else Fraction(tier.up_to)
            amount += (top - below) * Fraction(tier.price) + flat
        if is_last:
            break
        below = tier.up_to or 0
    return amount


def rate(terms: Terms, measured: Fraction, share: Fraction = Fraction(1)) -> Rated:
    """Rate a month; `share` of it is served when the quantity is spread over the month's days."""
    whole = billable(terms, stated(measured))
    cents = half_up(price_of(terms, whole * share) * 100)
    if terms.minimum is not None:
        cents = max(cents, half_up(Fraction(terms.minimum) * 100))
    return Rated(stated(measured * share), stated(whole * share), cents)
