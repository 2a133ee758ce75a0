"""Money movements of an invoice: charges, refunds, disputes and their balance transactions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from . import clock
from .billing import Account, Invoice
from .world import round_div

Settled = tuple[int, str, "Decimal | None"]

_DISPUTE_FEE = 1_500
_DISPUTE_REASONS = ("fraudulent", "product_not_received", "subscription_canceled")
_DECLINES = (
    ("card_declined", "Your card was declined."),
    ("expired_card", "Your card has expired."),
    ("insufficient_funds", "Your card has insufficient funds."),
)
_CARD_FEE = {"usd": (290, 30), "eur": (150, 25)}
_CONVERSION_POINTS = 100
_CAPTURE_EVERY, _CAPTURE_FIRST = 197, 40


class Payment(NamedTuple):
    """A succeeded charge on an invoice; the mutable charge row waits for its refunds."""

    charge_id: str
    amount: int
    paid_at: int
    row: list[Any]


def later(account: Account, second: int, low: float, high: float) -> int:
    """A moment `low`..`high` days after `second`; sometimes the last or first second around a month end."""
    rng = account.rng
    if rng.random() < 0.05:
        boundary = clock.at_midnight(clock.add_months_to_date(clock.date_of(second).replace(day=1), 1))
        edge = boundary - 1 if rng.random() < 0.5 else boundary + 1
        if edge > second + 60:
            return edge
    return second + int((low + rng.random() * (high - low)) * clock.DAY)


def _transaction(
    account: Account, settled: Settled, kind: str, category: str, source: str, second: int, available: int,
    text: str, fee: int = 0,
) -> str:
    """Append a balance transaction, not yet paid out; returns its id."""
    world, (amount, currency, rate) = account.world, settled
    transaction_id = world.next_id["txn"]()
    world.rows["stripe.balance_transaction"].append([
        transaction_id, amount, fee, amount - fee, currency, rate, kind, category, source,
        "available" if available < world.end else "pending", None, text, second, available, world.synced])
    return transaction_id


def _midnight(second: int) -> int:
    """Start of the second's UTC day."""
    return second - second % clock.DAY


def _intent(account: Account, invoice: Invoice) -> str:
    """The invoice's payment intent, made on the first attempt."""
    if invoice.intent_id is None:
        invoice.intent_id = account.world.next_id["pi"]()
    return invoice.intent_id


def _charge_text(invoice: Invoice) -> str:
    """Description of a charge, as Stripe words it."""
    return "Subscription creation" if invoice.reason == "subscription_create" else "Subscription update"


def _card_fee(settled: Settled) -> int:
    """Percentage and fixed part of a card charge, more with a conversion, never above the charge."""
    amount, currency, rate = settled
    points, fixed = _CARD_FEE[currency]
    return min(amount, round_div(amount * (points + (_CONVERSION_POINTS if rate else 0)), 10_000) + fixed)


def pay(account: Account, invoice: Invoice, second: int) -> Payment | None:
    """Charge all that is open; None when that lies beyond the end of the period, or when PayPal takes it."""
    world = account.world
    if account.wallet is not None:
        account.wallet.pay(account, invoice, second)
        return None
    if second >= world.end:
        return None
    amount = invoice.open
    charge_id = world.next_id["ch"]()
    settled = world.settle(amount, account.currency, second)
    text = _charge_text(invoice)
    transaction_id = _transaction(account, settled, "charge", "charge", charge_id, second,
                                  clock.add_business_days(second, 2), text, _card_fee(settled))
    authorised = _authorised(account, amount)
    if authorised > amount:
        _release(account, charge_id, amount, authorised, second)
    row = [charge_id, authorised, amount, 0, transaction_id, True, True, False, "succeeded", None, None,
           account.currency, account.id, invoice.id, _intent(account, invoice), text, second, True, world.synced]
    world.rows["stripe.charge"].append(row)
    invoice.attempts += 1
    invoice.paid, invoice.open = amount, 0
    invoice.status, invoice.paid_at, invoice.charge_id = "paid", second, charge_id
    return Payment(charge_id, amount, second, row)


def _authorised(account: Account, amount: int) -> int:
    """What was authorised for a charge: now and then more than is captured."""
    world = account.world
    world.charge_count += 1
    return amount + amount // 5 if world.charge_count % _CAPTURE_EVERY == _CAPTURE_FIRST else amount


def _release(account: Account, charge_id: str, amount: int, authorised: int, second: int) -> None:
    """Book a charge at what was authorised, and give back the part that was not captured."""
    row = account.world.rows["stripe.balance_transaction"][-1]
    row[1] = account.world.settle(authorised, account.currency, second)[0]
    row[3] = row[1] - row[2]
    kept_open = account.world.settle(amount - authorised, account.currency, second)
    _transaction(account, kept_open, "partial_capture_reversal", "partial_capture_reversal", charge_id, second,
                 row[13], "Partial capture reversal")


def fail(account: Account, invoice: Invoice, second: int) -> None:
    """A declined attempt: a failed charge without money, nothing beyond the end of the period."""
    world = account.world
    if second >= world.end:
        return
    code, message = _DECLINES[int(account.rng.random() * len(_DECLINES))]
    charge_id = world.next_id["ch"]()
    world.rows["stripe.charge"].append([
        charge_id, invoice.open, 0, 0, None, False, False, False, "failed", code, message, account.currency,
        account.id, invoice.id, _intent(account, invoice), _charge_text(invoice), second, True, world.synced])
    invoice.attempts += 1
    invoice.charge_id = charge_id


def refund(
    account: Account, payment: Payment, amount: int, second: int, reason: str | None, *,
    failure_after_days: float = 0,
) -> str | None:
    """Refund part of a charge; it may come back later. None when it lies beyond the end of the period."""
    world = account.world
    if second >= world.end:
        return None
    refund_id = world.next_id["re"]()
    taken = world.settle(-amount, account.currency, second)
    transaction_id = _transaction(account, taken, "refund", "refund", refund_id, second, _midnight(second),
                                  "REFUND FOR CHARGE")
    failure_id, status, failure_reason = None, "succeeded", None
    failed_at = second + int(failure_after_days * clock.DAY)
    if second < failed_at < world.end:
        returned = (-taken[0], *taken[1:])
        failure_id = _transaction(account, returned, "refund_failure", "refund_failure", refund_id, failed_at,
                                  _midnight(failed_at), "REFUND FAILURE")
        status, failure_reason = "failed", "expired_or_canceled_card"
    else:
        row = payment.row
        row[3] += amount
        row[7] = row[3] == row[2]
    world.rows["stripe.refund"].append((
        refund_id, amount, account.currency, status, reason, failure_reason, payment.charge_id, payment.row[14],
        transaction_id, failure_id, second, world.synced))
    return refund_id


def dispute(account: Account, payment: Payment, amount: int, second: int, is_won: bool) -> None:
    """A dispute with its fee; won ones are paid back after weeks, late ones are undecided."""
    world, rng = account.world, account.rng
    if second >= world.end:
        return
    dispute_id = world.next_id["dp"]()
    taken = world.settle(-amount, account.currency, second)
    transaction_id = _transaction(
        account, taken, "adjustment", "dispute", dispute_id, second, _midnight(second),
        f"Chargeback withdrawal for {payment.charge_id}", _DISPUTE_FEE)
    decided_at = later(account, second, 20, 50)
    status = "won" if is_won else "lost"
    if decided_at >= world.end:
        status = "under_review" if second < world.end - 9 * clock.DAY else "needs_response"
    elif is_won:
        returned = world.settle(amount, account.currency, decided_at)
        _transaction(account, returned, "adjustment", "dispute_reversal", dispute_id, decided_at,
                     _midnight(decided_at), f"Chargeback reversal for {payment.charge_id}")
    reason = _DISPUTE_REASONS[int(rng.random() * len(_DISPUTE_REASONS))]
    world.rows["stripe.dispute"].append((
        dispute_id, amount, account.currency, status, reason, payment.charge_id, transaction_id, second,
        second + 14 * clock.DAY, decided_at if status in {"won", "lost"} else clock.NEVER, True, world.synced))
