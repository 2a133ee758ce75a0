"""Daily payouts per settlement currency: what each sweeps, which ones fail, what is still on its way.

All are automatic but two: one sent by hand and one sent at once for a fee. Stripe does not say what is in those.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from . import clock
from .world import World

_ID, _NET, _CURRENCY, _PAYOUT, _CREATED, _AVAILABLE = 0, 3, 4, 10, 12, 13
_ARRIVAL_BUSINESS_DAYS = 2
_SENT_AT = {"usd": 5 * clock.HOUR + 731, "eur": 5 * clock.HOUR + 1_627}
_SPECIAL_AT = {
    "usd": ((1, 5, "manual"), (1, 3, "refused"), (1, 2, "returned"), (3, 5, "instant")),
    "eur": ((2, 5, "instant"), (2, 3, "refused")),
}
"""(numerator, denominator, kind): which part of the period is over when a payout is not like the others."""
_LEAST_BUSINESS_DAYS = 40
_DEBITED_AFTER = 3
_INSTANT_POINTS, _INSTANT_LEAST = 100, 50
_FAILURE = ("account_closed", "The bank account has been closed.")


def add_payouts(world: World) -> None:
    """Sweep every balance transaction that is available; appends payouts and links, sets payout ids in place."""
    by_currency: dict[str, list[list[Any]]] = {}
    for transaction in world.rows["stripe.balance_transaction"]:
        by_currency.setdefault(transaction[_CURRENCY], []).append(transaction)
    for currency in sorted(by_currency):
        _sweep_currency(world, currency, by_currency[currency])
    links = world.rows["stripe.payout_balance_transaction"]
    for transaction in world.rows["stripe.balance_transaction"]:
        if transaction[_PAYOUT] is not None:
            links.append((transaction[_PAYOUT], transaction[_ID], world.synced))


def _special_days(world: World, currency: str) -> list[tuple[int, str]]:
    """(business day counted from 1, kind) of the payouts that are not like the others, the last one first."""
    business_days = (world.end - world.begin) // clock.DAY * 5 // 7
    if business_days < _LEAST_BUSINESS_DAYS:
        return []
    return [(business_days * part // whole, kind) for part, whole, kind in reversed(_SPECIAL_AT[currency])]


def _sweep_currency(world: World, currency: str, transactions: list[list[Any]]) -> None:
    """Payouts of one currency, one per business day; a sum below zero waits some days, then debits the bank."""
    queue = [(max(t[_AVAILABLE], t[_CREATED]), t[_ID], t) for t in transactions]
    queue.sort(reverse=True)
    returned: list[tuple[int, str, list[Any]]] = []
    special = _special_days(world, currency)
    batch: list[list[Any]] = []
    ordinal = days_below = 0
    for day in range(world.begin, world.end, clock.DAY):
        if not clock.is_business_day(day):
            continue
        sent_at = day + _SENT_AT[currency]
        while queue and queue[-1][0] < sent_at:
            batch.append(queue.pop()[2])
        while returned and returned[0][0] < sent_at:
            batch.append(heappop(returned)[2])
        ordinal += 1
        amount = sum(transaction[_NET] for transaction in batch)
        days_below = days_below + 1 if amount < 0 else 0
        kind = "standard"
        if amount > _INSTANT_LEAST and special and special[-1][0] <= ordinal:
            kind = special.pop()[1]
        if amount == 0 or 0 < days_below < _DEBITED_AFTER:
            continue
        failure = _send(world, currency, amount, sent_at, batch, kind)
        if failure is not None:
            heappush(returned, (failure[_CREATED], failure[_ID], failure))
        batch, days_below = [], 0


def _send(
    world: World, currency: str, amount: int, sent_at: int, batch: list[list[Any]], kind: str
) -> list[Any] | None:
    """Append one payout with its balance transaction; returns the transaction of its failure, if it fails in time.

    A refused payout fails before it arrives, a returned one after the bank had it.
    """
    rows = world.rows["stripe.balance_transaction"]
    new_transaction, payout_id = world.next_id["txn"], world.next_id["po"]()
    is_automatic = kind not in ("manual", "instant")
    itemised = payout_id if is_automatic else None
    for transaction in batch:
        transaction[_PAYOUT] = itemised
    fee = max(_INSTANT_LEAST // 2, amount * _INSTANT_POINTS // 10_000) if kind == "instant" else 0
    amount -= fee
    arrival = clock.add_business_days(sent_at, 0 if kind == "instant" else _ARRIVAL_BUSINESS_DAYS)
    own_id = new_transaction()
    rows.append([own_id, -amount, fee, -amount - fee, currency, None, "payout", "payout", payout_id, "available",
                 itemised, "STRIPE PAYOUT", sent_at, arrival, world.synced])
    failed_at = clock.add_business_days(sent_at if kind == "refused" else arrival, 1) + 34_200
    failure = None
    if kind in ("refused", "returned") and failed_at < world.end:
        failure = [new_transaction(), amount, 0, amount, currency, None, "payout_failure", "payout_reversal",
                   payout_id, "available", None, "STRIPE PAYOUT RETURNED", failed_at,
                   failed_at - failed_at % clock.DAY, world.synced]
        rows.append(failure)
    status = _status(world, sent_at, arrival, failure is not None)
    code, message = _FAILURE if failure else (None, None)
    world.rows["stripe.payout"].append((
        payout_id, amount, currency, status, is_automatic, "instant" if kind == "instant" else "standard",
        "bank_account", arrival, sent_at, own_id, failure[_ID] if failure else None, code, message, "TIEOUT",
        "STRIPE PAYOUT", True, world.synced))
    return failure


def _status(world: World, sent_at: int, arrival: int, has_failed: bool) -> str:
    """Payout status as of the end of the period."""
    if has_failed:
        return "failed"
    if arrival < world.end:
        return "paid"
    return "pending" if sent_at >= world.end - clock.DAY else "in_transit"
