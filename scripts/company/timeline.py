"""Plays one customer's subscription period by period: renewal, its fate, and what the customer does meanwhile."""

from __future__ import annotations

from typing import Callable

from . import catalog, clock
from .billing import Account, change_lines, emit_invoice, issue, period_bounds, renewal_lines, usage_lines
from .cast import ACTIONS, FATES
from .collection import collect

_QUIET_DAYS = 2


def live(account: Account) -> None:
    """Simulate from sign-up until the subscription or the period ends; appends all rows but the customer's own."""
    world, script = account.world, account.script
    ordinal, previous_start = 0, script.anchor
    while True:
        start, end = period_bounds(account, ordinal)
        if start >= world.end:
            return
        if account.cancel_at == start:
            _close(account, previous_start, start)
            return
        account.period = (start, end)
        fate, action = _plan_period(account, ordinal)
        second = _moment(account, start, end, action)
        if action == "cancel_now" and second < world.end:
            account.cancel_asked_at = account.cancel_at = second
            fate = "cancel_refund"
        _renew(account, ordinal, start, end, previous_start, fate)
        if account.cancel_at == second:
            account.ended_at = second
            return
        if action and second < world.end:
            _ACTIONS[action](account, second, start, end)
        ordinal, previous_start = ordinal + 1, start


def _plan_period(account: Account, ordinal: int) -> tuple[str, str | None]:
    """Fate of the period's invoice and the customer's action, scripted or drawn."""
    script = account.script
    if script.is_cast:
        return script.fates.get(ordinal, "normal"), script.actions.get(ordinal)
    draw = account.rng.random
    fate = FATES.draw(draw()) or "normal"
    action = ACTIONS[account.interval].draw(draw())
    if account.cancel_at != clock.NEVER:
        action = None
    return fate, action


def _moment(account: Account, start: int, end: int, action: str | None) -> int:
    """When the action happens: early for those that need time left in the period, else anywhere inside."""
    if action is None:
        return clock.NEVER + 1
    first, last = start + _QUIET_DAYS * clock.DAY, end - _QUIET_DAYS * clock.DAY
    if action in ("big_downgrade", "upgrade"):
        last = first + (last - first) // 6
    elif account.interval == "year":
        first, last = start + 30 * clock.DAY, start + 240 * clock.DAY
    return first + int(account.rng.random() * (last - first))


def _renew(account: Account, ordinal: int, start: int, end: int, previous_start: int, fate: str) -> None:
    """Issue and collect the invoice of a period."""
    lines = renewal_lines(account, ordinal, start, end, previous_start)
    finalized, reason = start, "subscription_create"
    if ordinal:
        reason = "subscription_cycle"
        if start + account.script.finalize_delay < account.world.end:
            finalized += account.script.finalize_delay
    invoice = issue(account, start, finalized, reason, lines, (previous_start, start))
    collect(account, invoice, fate, end)
    emit_invoice(account, invoice)


def _close(account: Account, previous_start: int, second: int) -> None:
    """End a subscription that was cancelled for the end of its period; bills what is left."""
    lines = account.pending + usage_lines(account, previous_start, second)
    if lines:
        invoice = issue(account, second, second, "subscription_cycle", lines, (previous_start, second))
        collect(account, invoice, "normal", second)
        emit_invoice(account, invoice)
    account.ended_at = second


def _change_now(account: Account, plan: str, quantity: int, second: int, start: int, end: int) -> None:
    """Change the subscription with an invoice of its own, negative for a smaller one."""
    lines = change_lines(account, plan, quantity, second, start, end)
    invoice = issue(account, second, second, "subscription_update", lines, (start, second))
    collect(account, invoice, "normal", end)
    emit_invoice(account, invoice)


def _upgrade(account: Account, second: int, start: int, end: int) -> None:
    """A better plan, or more seats once there is none."""
    position = catalog.PLANS.index(account.plan)
    if position < 2 and account.rng.random() < 0.5:
        _change_now(account, catalog.PLANS[position + 1], account.quantity, second, start, end)
    else:
        seats = account.quantity + 1 + int(account.rng.random() * 5)
        _change_now(account, account.plan, seats, second, start, end)


def _downgrade(account: Account, second: int, start: int, end: int) -> None:
    """A smaller plan or fewer seats; the proration lines wait for the next invoice."""
    position = catalog.PLANS.index(account.plan)
    if account.quantity > 1:
        plan, quantity = account.plan, max(1, account.quantity * 6 // 10)
    elif position:
        plan, quantity = catalog.PLANS[position - 1], 1
    else:
        return
    account.pending += change_lines(account, plan, quantity, second, start, end)


def _big_downgrade(account: Account, second: int, start: int, end: int) -> None:
    """One seat is left: with many seats before, the next invoice turns negative."""
    if account.quantity > 1:
        account.pending += change_lines(account, account.plan, 1, second, start, end)


def _annual_downgrade(account: Account, second: int, start: int, end: int) -> None:
    """A third of the seats is left; the negative invoice is issued at once."""
    if account.quantity > 1:
        _change_now(account, account.plan, max(1, account.quantity // 3), second, start, end)


def _grant(account: Account, second: int, start: int, end: int) -> None:
    """Goodwill of a few units of currency."""
    factor = catalog.MINOR_FACTOR[account.currency]
    units = (5 + int(account.rng.random() * 25)) * (1 if factor == 100 else 100)
    _credit(account, second, units * factor)


def _grant_big(account: Account, second: int, start: int, end: int) -> None:
    """Goodwill of one and a half renewals."""
    _credit(account, second, account.quantity * account.unit * 3 // 2)


def _credit(account: Account, second: int, amount: int) -> None:
    """A waiting balance event that grants credit."""
    event_id = account.world.next_id["cbtxn"]()
    account.events.append((second, -amount, "adjustment", event_id, None, None, "Goodwill"))


def _cancel_at_end(account: Account, second: int, start: int, end: int) -> None:
    """The subscription will end with its period."""
    account.cancel_asked_at, account.cancel_at = second, end


_ACTIONS: dict[str, Callable[[Account, int, int, int], None]] = {
    "upgrade": _upgrade,
    "annual_upgrade": _upgrade,
    "downgrade": _downgrade,
    "big_downgrade": _big_downgrade,
    "annual_downgrade": _annual_downgrade,
    "grant": _grant,
    "grant_big": _grant_big,
    "cancel_end": _cancel_at_end,
}
