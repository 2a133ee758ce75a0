"""What happens to an invoice after it is issued: payment attempts, credit notes, refunds, disputes, write-offs."""

from __future__ import annotations

from typing import Callable

from . import catalog, clock, paypal
from .billing import Account, Invoice
from .notes import NoteAmounts, add_note, allocated_lines, amount_only, note_by_amount, note_by_lines
from .payments import Payment, dispute, fail, later, pay, refund
from .world import round_div


def collect(account: Account, invoice: Invoice, fate: str, until: int) -> None:
    """Play an invoice's fate up to the end of the simulated period; `until` is the end of its service period."""
    if not account.pays_automatically and invoice.total > 0:
        invoice.due_date = invoice.finalized + 30 * clock.DAY
    if invoice.open <= 0:
        return
    if fate in _NEEDS_NO_BALANCE and invoice.applied:
        fate = "normal"
    if account.wallet is not None:
        fate = paypal.adapted_fate(fate)
    step = _OPEN_FATES.get(fate)
    if step is not None:
        step(account, invoice)
        return
    if account.wallet is not None:
        paypal.collect(account, invoice, fate, until)
        return
    payment = pay(account, invoice, invoice.finalized + _payment_delay(account))
    if payment is not None and fate != "normal":
        _PAID_FATES[fate](account, invoice, payment, until)


def _payment_delay(account: Account) -> int:
    """Seconds from finalisation to payment: at once by card, within weeks by invoice."""
    draw = account.rng.random()
    if account.pays_automatically:
        return 2 + int(draw * 8)
    return int((2 + draw * draw * 45) * clock.DAY)


def _first_failure(account: Account, invoice: Invoice) -> int:
    """Let the automatic attempt fail, if there is one; returns the moment after which a person reacts."""
    second = invoice.finalized + 4
    if account.pays_automatically:
        fail(account, invoice, second)
    return second


def _retry(account: Account, invoice: Invoice) -> None:
    """One or two declined attempts, then a payment."""
    second = _first_failure(account, invoice)
    if account.rng.random() < 0.4 and account.pays_automatically:
        second += 3 * clock.DAY + 117
        fail(account, invoice, second)
    pay(account, invoice, second + 3 * clock.DAY + 271)


def _stay_open(account: Account, invoice: Invoice) -> None:
    """Every attempt is declined and nobody acts."""
    second = _first_failure(account, invoice)
    _fail_again(account, invoice, second)
    account.is_delinquent = True


def _fail_again(account: Account, invoice: Invoice, second: int) -> None:
    """The retries of an automatic payment, all declined."""
    if account.pays_automatically:
        for days in (3, 8, 15):
            fail(account, invoice, second + days * clock.DAY)


def _void(account: Account, invoice: Invoice) -> None:
    """Voided two days to three weeks after issue."""
    second = later(account, _first_failure(account, invoice), 2, 21)
    if second < account.world.end:
        invoice.status, invoice.voided_at = "void", second


def _uncollectible(account: Account, invoice: Invoice) -> int:
    """Written off about a month after issue; returns that moment."""
    first = _first_failure(account, invoice)
    _fail_again(account, invoice, first)
    second = first + int((22 + account.rng.random() * 20) * clock.DAY)
    if second < account.world.end:
        invoice.status, invoice.uncollectible_at = "uncollectible", second
    return second


def _uncollectible_only(account: Account, invoice: Invoice) -> None:
    """Written off and left at that."""
    _uncollectible(account, invoice)


def _uncollectible_paid(account: Account, invoice: Invoice) -> None:
    """Written off, then paid after all."""
    pay(account, invoice, later(account, _uncollectible(account, invoice), 8, 40))


def _uncollectible_void(account: Account, invoice: Invoice) -> None:
    """Written off, then voided."""
    second = later(account, _uncollectible(account, invoice), 5, 30)
    if second < account.world.end:
        invoice.status, invoice.voided_at = "void", second


def _out_of_band(account: Account, invoice: Invoice) -> None:
    """Marked as paid outside Stripe: no charge, amount_paid = what was open."""
    second = later(account, _first_failure(account, invoice), 3, 30)
    if second < account.world.end:
        invoice.paid, invoice.open = invoice.open, 0
        invoice.status, invoice.paid_at = "paid", second


def _pre_note(by_lines: bool) -> Callable[[Account, Invoice], None]:
    """A fate: part of an open invoice is credited, the rest is paid."""

    def play(account: Account, invoice: Invoice) -> None:
        noted_at = _first_failure(account, invoice) + int((0.3 + account.rng.random() * 2) * clock.DAY)
        cap = invoice.open - catalog.MINIMUM_CHARGE[account.currency]
        if noted_at < account.world.end and cap > 0:
            build = note_by_lines if by_lines else note_by_amount
            add_note(account, invoice, build(account, invoice, cap), noted_at, "pre_payment")
        pay(account, invoice, noted_at + clock.DAY + 4_000)

    return play


def _pre_note_full(account: Account, invoice: Invoice) -> None:
    """All of an open invoice is credited: it counts as paid without money."""
    second = later(account, _first_failure(account, invoice), 1, 12)
    if second < account.world.end:
        amounts = amount_only(invoice, invoice.open)
        names_all = not invoice.applied and all(amount > 0 for _, amount in invoice.lines)
        if names_all and account.rng.random() < 0.6:
            lines = [(line_id, amount, discount) for line_id, amount, discount, _ in allocated_lines(invoice)]
            discount = sum(line[2] for line in lines)
            amounts = NoteAmounts(invoice.subtotal, discount, invoice.open, lines)
        add_note(account, invoice, amounts, second, "pre_payment")
        invoice.status, invoice.paid_at = "paid", second


def _pre_note_voided(account: Account, invoice: Invoice) -> None:
    """Part of an open invoice is credited, the note is voided again, then everything is paid."""
    noted_at = _first_failure(account, invoice) + int((0.3 + account.rng.random()) * clock.DAY)
    voided_at = noted_at + int((1 + account.rng.random() * 34) * clock.DAY)
    if voided_at < account.world.end:
        build = note_by_lines if account.rng.random() < 0.5 else note_by_amount
        amounts = build(account, invoice, invoice.open)
        add_note(account, invoice, amounts, noted_at, "pre_payment", voided_at=voided_at)
    pay(account, invoice, voided_at + clock.DAY)


def _part(account: Account, amount: int) -> int:
    """15 to 70 % of an amount, at least 1."""
    return max(1, amount * (15 + int(account.rng.random() * 56)) // 100)


def _refund_full(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """All of the charge is refunded within a month."""
    refund(account, payment, payment.amount, later(account, payment.paid_at, 1, 30), "requested_by_customer")


def _refund_partial(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """Part of the charge is refunded within a month."""
    amount = _part(account, payment.amount)
    refund(account, payment, amount, later(account, payment.paid_at, 1, 30), None)


def _refund_twice(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """Two partial refunds, six days apart."""
    second = later(account, payment.paid_at, 1, 14)
    first = max(1, payment.amount // 4)
    refund(account, payment, first, second, None)
    refund(account, payment, _part(account, payment.amount - first), second + 6 * clock.DAY + 33, None)


def _refund_failed(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """The bank sends the refund back after some days."""
    amount = payment.amount if account.rng.random() < 0.5 else _part(account, payment.amount)
    refund(account, payment, amount, later(account, payment.paid_at, 1, 20), "requested_by_customer",
           failure_after_days=2 + account.rng.random() * 5)


def _cancel_refund(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """The unused time of a subscription cancelled at once is paid back, every second time with a credit note."""
    second, start = account.cancel_at, invoice.created
    amount = round_div(payment.amount * (until - second), until - start)
    if not payment.paid_at < second < account.world.end or not 0 < amount <= payment.amount:
        return
    refund_id = refund(account, payment, amount, second, "requested_by_customer")
    if account.rng.random() < 0.5:
        add_note(account, invoice, amount_only(invoice, amount), second, "post_payment", refund_id=refund_id)


def _note_with_refund(by_lines: bool) -> Callable[[Account, Invoice, Payment, int], None]:
    """A fate: a paid invoice is credited and the amount refunded."""

    def play(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
        second = later(account, payment.paid_at, 1, 30)
        if second < account.world.end:
            build = note_by_lines if by_lines else note_by_amount
            amounts = build(account, invoice, payment.amount)
            refund_id = refund(account, payment, amounts.total, second, "requested_by_customer")
            add_note(account, invoice, amounts, second, "post_payment", refund_id=refund_id)

    return play


def _note_to_balance(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """A paid invoice is credited to the customer balance."""
    second = later(account, payment.paid_at, 1, 25)
    if second < account.world.end:
        build = note_by_lines if account.rng.random() < 0.5 else note_by_amount
        amounts = build(account, invoice, payment.amount)
        add_note(account, invoice, amounts, second, "post_payment", balance_amount=amounts.total)


def _note_out_of_band(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """A paid invoice is credited and settled outside Stripe."""
    second = later(account, payment.paid_at, 1, 25)
    if second < account.world.end:
        build = note_by_lines if account.rng.random() < 0.5 else note_by_amount
        add_note(account, invoice, build(account, invoice, payment.amount), second, "post_payment")


def _note_split(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """A note that is partly refunded, partly credited to the balance."""
    second = later(account, payment.paid_at, 1, 25)
    if second < account.world.end:
        amounts = note_by_lines(account, invoice, payment.amount)
        if amounts.total < 2:
            return
        refunded = max(1, amounts.total * 6 // 10)
        refund_id = refund(account, payment, refunded, second, "requested_by_customer")
        add_note(account, invoice, amounts, second, "post_payment", refund_id=refund_id,
                 balance_amount=amounts.total - refunded)


def _dispute_won(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """The whole charge is disputed and won."""
    dispute(account, payment, payment.amount, later(account, payment.paid_at, 5, 40), True)


def _dispute_lost(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """The whole charge is disputed and lost."""
    dispute(account, payment, payment.amount, later(account, payment.paid_at, 5, 40), False)


def _refund_then_dispute(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """Half is refunded, the customer disputes the rest."""
    second = later(account, payment.paid_at, 1, 12)
    half = max(1, payment.amount // 2)
    refund(account, payment, half, second, None)
    if payment.amount > half:
        is_won = account.rng.random() < 0.3
        dispute(account, payment, payment.amount - half, second + 9 * clock.DAY + 77, is_won)


def _dispute_twice(account: Account, invoice: Invoice, payment: Payment, until: int) -> None:
    """The customer disputes a third of the charge, then another third; the second one is lost."""
    second, part = later(account, payment.paid_at, 3, 20), max(1, payment.amount // 3)
    dispute(account, payment, part, second, account.rng.random() < 0.5)
    if payment.amount > 2 * part:
        dispute(account, payment, part, second + 8 * clock.DAY + 41, False)


_NEEDS_NO_BALANCE = {"void", "uncollectible_void"}

_OPEN_FATES: dict[str, Callable[[Account, Invoice], None]] = {
    "retry": _retry,
    "open": _stay_open,
    "void": _void,
    "uncollectible": _uncollectible_only,
    "uncollectible_paid": _uncollectible_paid,
    "uncollectible_void": _uncollectible_void,
    "out_of_band": _out_of_band,
    "pre_note_lines": _pre_note(True),
    "pre_note_amount": _pre_note(False),
    "pre_note_full": _pre_note_full,
    "pre_note_voided": _pre_note_voided,
}

_PAID_FATES: dict[str, Callable[[Account, Invoice, Payment, int], None]] = {
    "refund_full": _refund_full,
    "refund_partial": _refund_partial,
    "refund_twice": _refund_twice,
    "refund_failed": _refund_failed,
    "cancel_refund": _cancel_refund,
    "note_refund_lines": _note_with_refund(True),
    "note_refund_amount": _note_with_refund(False),
    "note_balance": _note_to_balance,
    "note_out_of_band": _note_out_of_band,
    "note_split": _note_split,
    "dispute_won": _dispute_won,
    "dispute_lost": _dispute_lost,
    "refund_then_dispute": _refund_then_dispute,
    "dispute_twice": _dispute_twice,
}
