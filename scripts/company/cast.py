"""Who each customer is and what will happen: a scripted cast, so that every feature occurs, and a crowd."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from itertools import accumulate
from random import Random
from typing import NamedTuple

from . import catalog, clock
from .world import Options

_CAST_COPIES = 3
_LAST_SECOND = clock.DAY - 1


class Part(NamedTuple):
    """A role in the cast: what happens in which subscription period, and the traits it needs."""

    fates: dict[int, str]
    actions: dict[int, str] = {}
    interval: str = "month"
    quantity: int = 6
    coupon: str | None = None
    has_extras: bool = False
    pays_automatically: bool = True
    is_at_edge: bool = False


class Script(NamedTuple):
    """A customer before anything happens; `anchor` is the second of sign-up, `fates` and `actions` go by period."""

    currency: str
    plan: str
    interval: str
    quantity: int
    anchor: int
    has_usage: bool
    has_support: bool
    has_onboarding: bool
    coupon: catalog.Coupon | None
    pays_automatically: bool
    finalize_delay: int
    fates: dict[int, str]
    actions: dict[int, str]
    is_cast: bool


_CAST = (
    Part({1: "retry", 3: "refund_full", 5: "refund_partial", 8: "dispute_won", 9: "dispute_twice",
          11: "retry"}, coupon="amount"),
    Part({1: "void", 3: "refund_twice", 6: "dispute_lost", 9: "note_refund_lines"}, coupon="WELCOME10"),
    Part({2: "uncollectible", 4: "note_balance", 7: "refund_failed", 10: "out_of_band"}),
    Part({1: "pre_note_lines", 3: "pre_note_amount", 5: "pre_note_voided", 7: "pre_note_full",
          9: "note_out_of_band"}, has_extras=True),
    Part({2: "uncollectible_paid", 5: "refund_then_dispute", 8: "note_split"}, {11: "cancel_end"}),
    Part({}, {1: "upgrade", 3: "downgrade", 6: "big_downgrade", 9: "upgrade"}, quantity=12),
    Part({7: "note_refund_amount"}, {1: "grant", 4: "grant_big", 10: "cancel_now"}),
    Part({1: "refund_partial"}, {0: "annual_downgrade"}, interval="year", quantity=15),
    Part({1: "note_refund_lines"}, {0: "annual_upgrade"}, interval="year"),
    Part({5: "dispute_won", 8: "uncollectible_void", 13: "dispute_lost"}, {2: "upgrade", 10: "cancel_end"},
         coupon="SPRING20", has_extras=True),
    Part({1: "out_of_band", 3: "pre_note_lines", 5: "uncollectible", 8: "void", 13: "open"},
         pays_automatically=False),
    Part({2: "refund_partial", 4: "note_refund_amount", 13: "open"}, has_extras=True, is_at_edge=True),
)

_FATE_ODDS = {
    "retry": 0.040, "open": 0.003, "void": 0.005, "uncollectible": 0.008, "uncollectible_paid": 0.003,
    "uncollectible_void": 0.001, "out_of_band": 0.010, "pre_note_lines": 0.005, "pre_note_amount": 0.004,
    "pre_note_full": 0.002, "pre_note_voided": 0.003, "refund_full": 0.008, "refund_partial": 0.012,
    "refund_twice": 0.002, "refund_failed": 0.003, "note_refund_lines": 0.005, "note_refund_amount": 0.004,
    "note_balance": 0.007, "note_out_of_band": 0.002, "note_split": 0.002, "dispute_won": 0.003,
    "dispute_lost": 0.004, "refund_then_dispute": 0.0015,
    "dispute_twice": 0.0008,
}
_ACTION_ODDS = {
    "month": {"upgrade": 0.030, "downgrade": 0.020, "big_downgrade": 0.004, "grant": 0.008, "grant_big": 0.002,
              "cancel_end": 0.018, "cancel_now": 0.006},
    "year": {"annual_upgrade": 0.15, "annual_downgrade": 0.06, "grant": 0.02, "cancel_end": 0.08,
             "cancel_now": 0.03},
}


class Odds:
    """Draws a name by weight; None for the rest of the unit interval."""

    def __init__(self, odds: dict[str, float]) -> None:
        self._names: list[str | None] = [*odds, None]
        self._bounds = list(accumulate(odds.values()))

    def draw(self, number: float) -> str | None:
        """The name whose slice of 0..1 holds `number`."""
        return self._names[bisect_right(self._bounds, number)]


FATES = Odds(_FATE_ODDS)
ACTIONS = {interval: Odds(odds) for interval, odds in _ACTION_ODDS.items()}


def cast_parts(options: Options) -> dict[int, tuple[Part, int, int]]:
    """Part, its position and the copy number of each customer index that belongs to the cast."""
    rng = Random(f"cast {options.seed}")
    ranks = [rng.random() for _ in range(options.customers)]
    order = sorted(range(options.customers), key=ranks.__getitem__)
    wanted = len(_CAST) * _CAST_COPIES
    places = (divmod(place, len(_CAST)) for place in range(wanted))
    return {index: (_CAST[position], position, copy) for index, (copy, position) in zip(order, places)}


def cast_script(options: Options, part: Part, position: int, copy: int, rng: Random) -> Script:
    """A cast member: signs up in the first month, never leaves or fails unless the part says so.

    Every second copy renews on the month's last days, so that money is on its way when the period ends.
    """
    currency = catalog.CURRENCIES[(position + copy) % len(catalog.CURRENCIES)]
    days = 25 + position % 4 if copy == 1 else int(rng.random() * 20)
    anchor = clock.at_midnight(options.start) + int((days + rng.random()) * clock.DAY)
    if part.is_at_edge:
        anchor = edge_anchors(options.start)[copy % 3]
    return Script(
        currency, catalog.PLANS[(position + 2 * copy) % 3], part.interval, part.quantity, anchor,
        part.has_extras, part.has_extras and part.interval == "month", part.has_extras,
        _coupon(part.coupon, currency), part.pays_automatically, 0 if part.is_at_edge else 3_611,
        part.fates, part.actions, True)


def edge_anchors(start: dt.date) -> tuple[int, int, int]:
    """Last second of the first month, first moments and last second of the second (29 February in leap years)."""
    second = clock.at_midnight(clock.add_months_to_date(start, 1))
    third = clock.at_midnight(clock.add_months_to_date(start, 2))
    return second - 1, third - 1, second + 1


def crowd_script(options: Options, index: int, rng: Random) -> Script:
    """An ordinary customer: signs up at any time, traits and fates by chance."""
    draw = rng.random
    currency = catalog.CURRENCY_CYCLE[index % len(catalog.CURRENCY_CYCLE)]
    interval = "year" if draw() < 0.2 else "month"
    is_monthly = interval == "month"
    month = 0 if draw() < 0.3 else int(draw() * max(1, options.months - 1))
    first_day = clock.add_months_to_date(options.start, month)
    length = (clock.add_months_to_date(first_day, 1) - first_day).days * clock.DAY
    anchor = clock.at_midnight(first_day) + int(draw() * length)
    edge = draw()
    if edge < 0.03:
        anchor = clock.at_midnight(first_day) + length - 1
    elif edge < 0.06:
        anchor = clock.at_midnight(first_day) + 1
    quantity = 1 + int(draw() ** 3 * (40 if is_monthly else 10))
    return Script(
        currency, catalog.PLANS[int(draw() * 3)], interval, quantity, anchor,
        is_monthly and draw() < 0.3, is_monthly and draw() < 0.15, draw() < 0.2,
        _crowd_coupon(currency, draw()), draw() >= 0.15, 0 if edge < 0.06 else 3_600 + int(draw() * 300),
        {}, {}, False)


def _coupon(name: str | None, currency: str) -> catalog.Coupon | None:
    """A coupon by name; `amount` is the currency's own."""
    if name == "amount":
        return catalog.amount_coupon(currency)
    return next((coupon for coupon in catalog.COUPONS if coupon.id == name), None)


def _crowd_coupon(currency: str, draw: float) -> catalog.Coupon | None:
    """No coupon for four customers in five."""
    if draw >= 0.2:
        return None
    return (*catalog.COUPONS[:2], catalog.amount_coupon(currency))[int(draw * 15)]
