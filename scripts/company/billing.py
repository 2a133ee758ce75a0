"""One customer's life: subscription periods, invoices and their lines, plan changes, credit balance, cancellation."""

from __future__ import annotations

from random import Random
from typing import Any

from . import catalog, clock
from .cast import Script
from .world import World, round_div

Line = tuple[str, int, int, int, int, bool, str, str | None, str | None, str]
_FAR = 253_402_300_799
BalanceEvent = tuple[int, int, str, str, str | None, str | None, str]


class Invoice:
    """An invoice while it can still change; all money in minor units of its currency."""

    __slots__ = (
        "id", "created", "finalized", "subtotal", "tax", "total", "applied", "starting", "ending", "open",
        "pre_notes", "post_notes", "paid", "status", "paid_at", "voided_at", "uncollectible_at", "charge_id",
        "intent_id", "attempts", "due_date", "lines", "reason", "period_start", "period_end", "notes",
    )

    def __init__(self, created: int, finalized: int, reason: str) -> None:
        self.created, self.finalized, self.reason = created, finalized, reason
        self.pre_notes = self.post_notes = self.paid = self.attempts = self.applied = self.notes = 0
        self.status = "open"
        self.paid_at = self.voided_at = self.uncollectible_at = self.due_date = clock.NEVER
        self.charge_id: str | None = None
        self.intent_id: str | None = None


class Account:
    """A customer with one subscription; `balance` < 0 is credit, `pending` are lines for the next invoice."""

    def __init__(self, world: World, script: Script, rng: Random) -> None:
        self.world, self.script, self.rng = world, script, rng
        self.id = world.next_id["cus"]()
        self.subscription_id = world.next_id["sub"]()
        self.seat_item = world.next_id["si"]()
        self.usage_item = world.next_id["si"]() if script.has_usage else None
        self.support_item = world.next_id["si"]() if script.has_support else None
        self.currency, self.plan, self.interval = script.currency, script.plan, script.interval
        self.country = catalog.customer_country(rng, script.currency)
        self.tax_points = catalog.TAX_BASIS_POINTS[self.country]
        self.quantity = script.quantity
        self.pays_automatically = script.pays_automatically
        self.coupon = script.coupon
        self.coupon_until = clock.add_months(script.anchor, self.coupon.months) if self.coupon else clock.NEVER
        self.balance = 0
        self.events: list[BalanceEvent] = []
        self.pending: list[Line] = []
        self.cancel_asked_at = self.cancel_at = self.ended_at = clock.NEVER
        self.is_delinquent = False
        self.period = (script.anchor, script.anchor)
        # Set by company.paypal for customers who pay there.
        self.wallet: Any = None
        self.payer: str | None = None
        self.paypal_code = ""

    @property
    def unit(self) -> int:
        """Price of a seat for one interval."""
        return catalog.seat_price(self.plan, self.interval, self.currency)

    @property
    def price(self) -> str:
        """Price id of the current plan."""
        return catalog.price_id(self.plan, self.interval, self.currency)


def period_bounds(account: Account, ordinal: int) -> tuple[int, int]:
    """Start and end of the subscription period `ordinal`, anchored on the sign-up day, month ends clamped."""
    step = 12 if account.interval == "year" else 1
    anchor = account.script.anchor
    return clock.add_months(anchor, ordinal * step), clock.add_months(anchor, (ordinal + 1) * step)


def renewal_lines(account: Account, ordinal: int, start: int, end: int, previous_start: int) -> list[Line]:
    """Lines of a period's invoice: pending prorations, seats and support ahead, usage of the period before."""
    lines = account.pending
    account.pending = []
    code, subscription = account.currency, account.subscription_id
    lines.append(("subscription", account.quantity * account.unit, account.quantity, start, end, False,
                  account.price, subscription, account.seat_item, f"{account.plan} seats"))
    if account.support_item:
        lines.append(("subscription", catalog.SUPPORT_PRICES[code], 1, start, end, False,
                      catalog.price_id("Support", "month", code), subscription, account.support_item, "Support"))
    if ordinal == 0 and account.script.has_onboarding:
        lines.append(("invoiceitem", catalog.ONBOARDING_PRICES[code], 1, start, start, False,
                      catalog.price_id("Onboarding", "once", code), None, None, "Onboarding"))
    if ordinal > 0:
        lines += usage_lines(account, previous_start, start)
    return lines


def usage_lines(account: Account, start: int, end: int) -> list[Line]:
    """The metered line of a served period, none without a metered price."""
    if account.usage_item is None:
        return []
    code = account.currency
    calls = (500 + int(account.rng.random() * 9_000)) * account.quantity
    amount = round_div(calls * catalog.USAGE_TENTHS[code], 10)
    return [("subscription", amount, calls, start, end, False, catalog.price_id("Calls", "month", code),
             account.subscription_id, account.usage_item, "Calls")]


def change_lines(account: Account, plan: str, quantity: int, second: int, start: int, end: int) -> list[Line]:
    """The two proration lines of a change of plan or seats at `second`; the account takes the new plan."""
    old_amount = -round_div(account.quantity * account.unit * (end - second), end - start)
    old = ("invoiceitem", old_amount, account.quantity, second, end, True, account.price,
           account.subscription_id, account.seat_item, f"Unused time on {account.plan}")
    account.plan, account.quantity = plan, quantity
    new_amount = round_div(quantity * account.unit * (end - second), end - start)
    new = ("invoiceitem", new_amount, quantity, second, end, True, account.price,
           account.subscription_id, account.seat_item, f"Remaining time on {plan}")
    return [old, new]


def issue(account: Account, created: int, finalized: int, reason: str, lines: list[Line],
          period: tuple[int, int]) -> Invoice:
    """Total an invoice, apply the customer balance, append its lines and discount; not yet collected."""
    world, code = account.world, account.currency
    invoice = Invoice(created, finalized, reason)
    invoice.id = world.next_id["in"]()
    invoice.period_start, invoice.period_end = period
    new_line = world.next_id["il"]
    line_rows = world.rows["stripe.invoice_line_item"]
    invoice.lines = []
    subtotal = 0
    for kind, amount, quantity, start, end, proration, price, subscription, item, text in lines:
        line_id = new_line()
        subtotal += amount
        invoice.lines.append((line_id, amount))
        line_rows.append((invoice.id, line_id, line_id, kind, amount, code, quantity, start, end, proration,
                          price, price, subscription, item, text, not proration, "{}", True, world.synced))
    discount = _discount(account, invoice.id, subtotal, created)
    invoice.subtotal = subtotal
    invoice.tax = round_div((subtotal - discount) * account.tax_points, 10_000)
    invoice.total = subtotal - discount + invoice.tax
    _apply_balance(account, invoice)
    return invoice


def _discount(account: Account, invoice_id: str, subtotal: int, created: int) -> int:
    """Invoice-level discount of an active coupon; appends its stripe.discount row."""
    coupon, world = account.coupon, account.world
    if coupon is None or subtotal <= 0:
        return 0
    if created >= account.coupon_until:
        account.coupon = None
        return 0
    if coupon.percent is not None:
        discount = round_div(subtotal * coupon.percent, 100)
    else:
        discount = min(coupon.amount_off or 0, subtotal)
    is_once = coupon.duration == "once"
    if is_once:
        account.coupon = None
    if created == account.script.anchor:
        world.redeemed[coupon.id] = world.redeemed.get(coupon.id, 0) + 1
    world.rows["stripe.discount"].append((
        world.next_id["di"](), "invoice", invoice_id, coupon.id, account.id, account.subscription_id,
        invoice_id, discount, account.script.anchor, clock.NEVER if is_once else account.coupon_until,
        world.synced))
    return discount


def _apply_balance(account: Account, invoice: Invoice) -> None:
    """Use credit for a positive invoice, keep a negative one's total as credit; sets what remains open."""
    flush_balance(account, invoice.finalized)
    invoice.starting = account.balance
    if invoice.total < 0:
        applied = invoice.total
    else:
        applied = min(-account.balance, invoice.total)
        rest, least = invoice.total - applied, catalog.MINIMUM_CHARGE[account.currency]
        if 0 < rest < least:
            applied = max(0, invoice.total - least)
    if applied:
        world = account.world
        post_balance(account, (invoice.finalized, applied, "applied_to_invoice", world.next_id["cbtxn"](),
                               invoice.id, None, "Applied to invoice"))
        invoice.applied = applied
    invoice.ending = account.balance
    invoice.open = invoice.total - applied
    if invoice.open == 0:
        invoice.status, invoice.paid_at = "paid", invoice.finalized


def post_balance(account: Account, event: BalanceEvent) -> None:
    """Append one customer balance transaction and move the balance."""
    second, amount, kind, event_id, invoice_id, note_id, text = event
    account.balance += amount
    account.world.rows["stripe.customer_balance_transaction"].append((
        event_id, account.id, invoice_id, note_id, kind, amount, account.currency, account.balance, text, second,
        True, account.world.synced))


def flush_balance(account: Account, until: int) -> None:
    """Post the waiting balance events dated before `until`, in order."""
    if account.events:
        account.events.sort()
        while account.events and account.events[0][0] < until:
            post_balance(account, account.events.pop(0))


def emit_invoice(account: Account, invoice: Invoice) -> None:
    """Append the invoice as it stands at the end of the simulated period."""
    world = account.world
    due = invoice.total - invoice.applied - invoice.pre_notes if invoice.total > 0 else 0
    if invoice.status == "open" and clock.NEVER < invoice.due_date < world.end:
        account.is_delinquent = True
    world.rows["stripe.invoice"].append([
        invoice.id, None, account.id, account.subscription_id, invoice.charge_id, invoice.status, invoice.reason,
        account.currency, invoice.subtotal, invoice.tax, invoice.total, due, invoice.paid, due - invoice.paid,
        invoice.starting, invoice.ending, invoice.pre_notes, invoice.post_notes, invoice.status == "paid",
        invoice.attempts, invoice.created, invoice.due_date, invoice.period_start, invoice.period_end,
        invoice.finalized, invoice.paid_at, invoice.voided_at, invoice.uncollectible_at, True, False,
        world.synced])


def emit_account(account: Account, name: str, email: str) -> None:
    """Append the customer, the versions of the subscription and its items."""
    world, script = account.world, account.script
    flush_balance(account, world.end)
    world.rows["stripe.customer"].append((
        account.id, script.anchor, account.currency, email, name, None, account.country, account.balance,
        account.is_delinquent, True, False, "{}", world.synced))
    _emit_history(account)
    code = account.currency
    items = [(account.seat_item, account.price, account.quantity)]
    if account.usage_item:
        items.append((account.usage_item, catalog.price_id("Calls", "month", code), None))
    if account.support_item:
        items.append((account.support_item, catalog.price_id("Support", "month", code), 1))
    for item_id, price, quantity in items:
        world.rows["stripe.subscription_item"].append((
            item_id, account.subscription_id, price, quantity, script.anchor, *account.period, world.synced))


def _emit_history(account: Account) -> None:
    """Versions of the subscription: started, asked to cancel at the period's end, ended; the last one active."""
    world, anchor = account.world, account.script.anchor
    changes: list[tuple[int, str, bool, int, int]] = [(anchor, "active", False, clock.NEVER, clock.NEVER)]
    if clock.NEVER < account.cancel_asked_at < world.end:
        asked = account.cancel_asked_at
        if account.cancel_at > asked:
            changes.append((asked, "active", True, asked, clock.NEVER))
        if account.ended_at != clock.NEVER:
            changes.append((account.ended_at, "canceled", account.cancel_at > asked, asked, account.ended_at))
    ends = [change[0] for change in changes[1:]] + [_FAR]
    for (since, status, at_end, asked, ended), until in zip(changes, ends):
        world.rows["stripe.subscription_history"].append((
            account.subscription_id, since, until, until == _FAR, account.id, status, anchor, anchor,
            *account.period, at_end, asked, ended, True, world.synced))
