"""Credit notes: how much of which line, and the rows that record them."""

from __future__ import annotations

from typing import NamedTuple

from . import clock
from .billing import Account, Invoice
from .world import round_div


def allocated_lines(invoice: Invoice) -> list[tuple[str, int, int, int]]:
    """Id, amount, discount and tax of every line: cumulative rounding over the lines ordered by id."""
    discount_total = invoice.subtotal + invoice.tax - invoice.total
    net_total = invoice.subtotal - discount_total
    amounts = nets = discounts = taxes = 0
    result = []
    for line_id, amount in sorted(invoice.lines):
        amounts += amount
        discount = (round_div(discount_total * amounts, invoice.subtotal) if invoice.subtotal > 0 else 0) - discounts
        discounts += discount
        nets += amount - discount
        tax = (round_div(invoice.tax * nets, net_total) if net_total > 0 else 0) - taxes
        taxes += tax
        result.append((line_id, amount, discount, tax))
    return result


class NoteAmounts(NamedTuple):
    """Amounts of a credit note; `lines` are (invoice line id, amount, discount), empty for an amount-only note."""

    subtotal: int
    discount: int
    total: int
    lines: list[tuple[str, int, int]]


def note_by_lines(account: Account, invoice: Invoice, cap: int) -> NoteAmounts:
    """A note that names one or two of the invoice's lines, wholly or in part; by amount where that exceeds `cap`."""
    rng = account.rng
    eligible = [line for line in allocated_lines(invoice) if line[1] - line[2] > 100]
    if not eligible:
        return note_by_amount(account, invoice, cap)
    first = int(rng.random() * len(eligible))
    chosen = [eligible[first]]
    if len(eligible) > 1 and rng.random() < 0.4:
        chosen.append(eligible[first - 1])
    whole = rng.random() < 0.35
    share = 100 if whole else 15 + int(rng.random() * 45)
    lines, total = [], 0
    for line_id, amount, discount, tax in chosen:
        part = amount if whole else round_div((amount - discount) * share, 100)
        part_discount = discount if whole else 0
        part_tax = tax if whole else tax * share // 100
        lines.append((line_id, part, part_discount))
        total += part - part_discount + part_tax
    if total > cap:
        return note_by_amount(account, invoice, cap)
    return NoteAmounts(sum(line[1] for line in lines), sum(line[2] for line in lines), total, lines)


def note_by_amount(account: Account, invoice: Invoice, cap: int) -> NoteAmounts:
    """A note over 15 to 60 % of `cap` that names no line."""
    total = max(1, cap * (15 + int(account.rng.random() * 45)) // 100)
    return amount_only(invoice, total)


def amount_only(invoice: Invoice, total: int) -> NoteAmounts:
    """An amount-only note: tax by the invoice's share, rest before tax."""
    tax = round_div(total * invoice.tax, invoice.total)
    return NoteAmounts(total - tax, 0, total, [])


def add_note(
    account: Account, invoice: Invoice, amounts: NoteAmounts, second: int, kind: str, *,
    refund_id: str | None = None, balance_amount: int = 0, voided_at: int = clock.NEVER,
) -> None:
    """Append a credit note, its lines and, when part of it goes to the balance, the waiting balance event."""
    world = account.world
    note_id = world.next_id["cn"]()
    balance_id = world.next_id["cbtxn"]() if balance_amount else None
    if balance_id:
        account.events.append((second, -balance_amount, "credit_note", balance_id, invoice.id, note_id,
                               "Credit note"))
    invoice.notes += 1
    is_voided = voided_at != clock.NEVER
    if kind == "post_payment":
        invoice.post_notes += amounts.total
    elif not is_voided:
        invoice.pre_notes += amounts.total
        invoice.open -= amounts.total
    world.rows["stripe.credit_note"].append([
        note_id, invoice.notes, invoice.id, refund_id, kind, "void" if is_voided else "issued",
        "order_change" if amounts.lines else "product_unsatisfactory", None, amounts.total, amounts.subtotal,
        amounts.total, amounts.discount, account.currency, second, voided_at, balance_id, True, world.synced])
    for line_id, amount, discount in amounts.lines:
        world.rows["stripe.credit_note_line_item"].append((
            world.next_id["cnli"](), note_id, line_id, "invoice_line_item", amount, discount, "Credit", None,
            True, world.synced))
