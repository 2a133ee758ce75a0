"""Daily automatic payouts per settlement currency: what each sweeps, which ones fail, what is still on its way."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from . import clock
from .world import World

_ID, _NET, _CURRENCY, _PAYOUT, _CREATED, _AVAILABLE = 0, 3, 4, 10, 12, 13
_ARRIVAL_BUSINESS_DAYS = 2
_SENT_AT = {"usd": 5 * clock.HOUR + 731, "eur": 5 * clock.HOUR + 1_627}
_FAILED_AT = {"usd": (1, 3), "eur": (2, 3)}
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


def _failing_ordinal(world: World, currency: str) -> int:
    """Which business day's payout fails, counted from 1; 0 (none) in a period too short to pay it out again."""
    business_days = (world.end - world.begin) // clock.DAY * 5 // 7
    part, whole = _FAILED_AT[currency]
    return business_days * part // whole if business_days >= 40 else 0


def _sweep_currency(world: World, currency: str, transactions: list[list[Any]]) -> None:
    """Payouts of one currency, one per business day with a positive sum; the rest waits for the next day."""
    queue = [(max(t[_AVAILABLE], t[_CREATED]), t[_ID], t) for t in transactions]
    queue.sort(reverse=True)
    returned: list[tuple[int, str, list[Any]]] = []
    failing = _failing_ordinal(world, currency)
    batch: list[list[Any]] = []
    ordinal = 0
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
        if amount <= 0:
            failing += ordinal == failing
            continue
        failure = _send(world, currency, amount, sent_at, batch, ordinal == failing)
        if failure is not None:
            heappush(returned, (failure[_CREATED], failure[_ID], failure))
        batch = []


def _send(
    world: World, currency: str, amount: int, sent_at: int, batch: list[list[Any]], fails: bool
) -> list[Any] | None:
    """Append one payout with its balance transaction; returns the transaction of its failure, if it fails in time."""
    rows = world.rows["stripe.balance_transaction"]
    new_transaction, payout_id = world.next_id["txn"], world.next_id["po"]()
    for transaction in batch:
        transaction[_PAYOUT] = payout_id
    arrival = clock.add_business_days(sent_at, _ARRIVAL_BUSINESS_DAYS)
    own_id = new_transaction()
    rows.append([own_id, -amount, 0, -amount, currency, None, "payout", "payout", payout_id, "available",
                 payout_id, "STRIPE PAYOUT", sent_at, arrival, world.synced])
    failed_at = arrival + clock.DAY + 34_200
    failure = None
    if fails and failed_at < world.end:
        failure = [new_transaction(), amount, 0, amount, currency, None, "payout_failure", "payout_reversal",
                   payout_id, "available", None, "STRIPE PAYOUT RETURNED", failed_at,
                   failed_at - failed_at % clock.DAY, world.synced]
        rows.append(failure)
    status = _status(world, sent_at, arrival, failure is not None)
    code, message = _FAILURE if failure else (None, None)
    world.rows["stripe.payout"].append((
        payout_id, amount, currency, status, True, "standard", "bank_account", arrival, sent_at, own_id,
        failure[_ID] if failure else None, code, message, "TIEOUT", "STRIPE PAYOUT", True, world.synced))
    return failure


def _status(world: World, sent_at: int, arrival: int, has_failed: bool) -> str:
    """Payout status as of the end of the period."""
    if has_failed:
        return "failed"
    if arrival < world.end:
        return "paid"
    return "pending" if sent_at >= world.end - clock.DAY else "in_transit"
