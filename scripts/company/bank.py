"""The bank statement: one deposit per payout that has arrived, most lines quoting the payout's id."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

from .tables import Table, row_count

_AMBIGUITY_DAYS = 10
_ID_IN_REFERENCE, _ID_IN_TEXT, _NO_ID = 0.70, 0.85, 1.0
_SPLIT_SHARE, _LATE_SHARE = 0.04, 0.08
_COLUMNS = ("statement_line_id", "bank_account", "posted_date", "value_date", "amount", "currency",
            "description", "reference", "_loaded_at")


def post_statement(payouts: Table, *, seed: int, last_day: dt.date) -> Table:
    """Deposit lines (major units, in +) of paid payouts with an arrival date up to `last_day`."""
    arrived = [
        (payouts["currency"][row], payouts["arrival_date"][row].date(), payouts["id"][row], payouts["amount"][row])
        for row in range(row_count(payouts))
        if payouts["status"][row] == "paid" and payouts["livemode"][row]
        and payouts["arrival_date"][row].date() <= last_day
    ]
    arrived.sort()
    dates_by_amount: dict[tuple[str, int], list[dt.date]] = {}
    for currency, arrival, _, amount in arrived:
        dates_by_amount.setdefault((currency, amount), []).append(arrival)
    rng = Random(f"bank {seed}")
    rows: list[tuple[Any, ...]] = []
    for currency, arrival, payout_id, amount in arrived:
        is_unique = _is_unique(dates_by_amount[currency, amount], arrival)
        posted = _posted_date(arrival, last_day, rng.random())
        for part, description, reference in _deposits(payout_id, amount, is_unique, rng):
            line_id = f"bsl-{seed}-{len(rows) + 1:07d}"
            rows.append((line_id, f"{currency}-receipts", posted, arrival, Decimal(part).scaleb(-2),
                         currency.upper(), description, reference,
                         dt.datetime.combine(posted + dt.timedelta(days=1), dt.time(6))))
    return {name: [row[position] for row in rows] for position, name in enumerate(_COLUMNS)}


def _is_unique(dates: list[dt.date], arrival: dt.date) -> bool:
    """Whether no other payout of the same amount arrived within `_AMBIGUITY_DAYS`."""
    return sum(abs((day - arrival).days) <= _AMBIGUITY_DAYS for day in dates) == 1


def _posted_date(arrival: dt.date, last_day: dt.date, draw: float) -> dt.date:
    """The arrival date or, now and then, the next business day within the same month and the period."""
    if draw >= _LATE_SHARE:
        return arrival
    later = arrival + dt.timedelta(days=3 if arrival.weekday() == 4 else 1)
    return later if later.month == arrival.month and later <= last_day else arrival


def _deposits(payout_id: str, amount: int, is_unique: bool, rng: Random) -> list[tuple[int, str, str | None]]:
    """Amount in cents, description and reference of the deposit lines of one payout."""
    kind, split = rng.random(), rng.random()
    if split < _SPLIT_SHARE and amount >= 200:
        first = amount * 6 // 10
        return [(part, "STRIPE TRANSFER", payout_id) for part in (first, amount - first)]
    if kind < _ID_IN_REFERENCE or (kind >= _ID_IN_TEXT and not is_unique):
        return [(amount, "STRIPE TRANSFER", payout_id)]
    if kind < _ID_IN_TEXT:
        return [(amount, f"STRIPE TRANSFER {payout_id}", None)]
    return [(amount, "STRIPE PAYMENTS", None)]
