"""The life of one invoice in the books: what is open, what is still to be earned, what is posted.

Amounts of documents are in the invoice's currency, postings in the functional currency (both minor
units). Lines of an entry are (account role, amount) with debits positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from .ledger_rules import (
    Term,
    allocate,
    divide,
    last_month,
    month_end,
    month_of,
    served_before,
    served_by_close,
)

Lines = list[tuple[str, int]]
Targets = tuple[str, list[tuple[int, int]]]
"""(credit note, [(line position, weight)]) for what a note that names lines gives back."""

Event = tuple[datetime, str, int, str, int, int, object, str]
"""(moment, document id, day, event type, amount, money, detail, text to quote).

`amount` is in the invoice's currency, `money` the functional value of cash that moved, `detail` the
targets of a reduction, the account of money that is not at Stripe or, for a credit note, ((role,
amount) credited or None for the receivable, targets)."""

Entry = tuple[int, datetime, str, str, str, str, Lines]
"""(day, moment, event type, document id, text to quote, customer id, lines)."""

MONEY_RETURNED = {
    "refund": "refunds",
    "refund_failed": "refunds",
    "dispute_opened": "disputes",
}
"""Contra account of the events that take money back out of the processor's balance."""

_by_time = itemgetter(0, 1)


class InvoiceBook:
    """The running state of one finalised invoice."""

    __slots__ = (
        "ar", "booked_day", "contra", "contra_of", "effects", "gross", "last_month", "net", "open",
        "ratio", "reduced", "remaining", "remaining_tax", "revenue", "tax", "terms", "total",
        "total_f", "written_off",
    )  # fmt: skip

    def __init__(
        self,
        net: list[int],
        tax: list[int],
        terms: list[Term],
        booked_day: int,
        ratio: tuple[int, int],
    ) -> None:
        self.net, self.tax, self.terms = net, tax, terms
        self.gross = [line_net + line_tax for line_net, line_tax in zip(net, tax)]
        self.booked_day, self.ratio = booked_day, ratio
        self.remaining = [self.convert(amount) for amount in net]
        self.remaining_tax = [self.convert(amount) for amount in tax]
        self.total = self.open = sum(self.gross)
        self.total_f = self.ar = sum(self.remaining) + sum(self.remaining_tax)
        self.contra = [0] * len(net)
        self.revenue = [0] * len(net)
        self.reduced = [0] * len(net)
        self.effects: dict[str, tuple[int, Targets | None]] = {}
        self.contra_of: dict[str, list[int]] = {}
        self.written_off: tuple[int, int, int] | None = None
        self.last_month = max(map(last_month, terms), default=0)

    def convert(self, amount: int) -> int:
        """Return an amount of the invoice at its booking rate."""
        numerator, denominator = self.ratio
        return divide(amount * numerator, denominator) if numerator != denominator else amount

    def finalise(self) -> Lines:
        """Return the entry that books the invoice."""
        return [
            ("accounts_receivable", self.total_f),
            ("deferred_revenue", -sum(self.remaining)),
            ("tax_payable", -sum(self.remaining_tax)),
        ]

    def recognise(self, month: int) -> int:
        """Return the revenue of a month at its end: the change of what is cumulatively earned."""
        earned = 0
        for position, term in enumerate(self.terms):
            served, length = served_by_close(term, month), term[2]
            consideration = self.remaining[position]
            if served < length:
                consideration = divide(consideration * served, length)
            reached = consideration + self.contra[position]
            earned += reached - self.revenue[position]
            self.revenue[position] = reached
        return earned

    def _reduced(self) -> list[int]:
        """Return the gross reduction of each line: a function of what is in effect alone."""
        named, spread = [0] * len(self.gross), 0
        by_note: dict[str, int] = {}
        weights_of = {}
        for amount, targets in self.effects.values():
            if targets is None:
                spread += amount
                continue
            note, weights_of[targets[0]] = targets
            by_note[note] = by_note.get(note, 0) + amount
        for note, amount in by_note.items():
            shares = allocate(amount, [weight for _, weight in weights_of[note]])
            for (position, _), share in zip(weights_of[note], shares):
                named[position] += share
        for position, gross in enumerate(self.gross):
            reduction = named[position]
            lower, upper = min(gross, 0), max(gross, 0)
            named[position] = min(max(reduction, lower), upper)
        weights = [gross - reduction for gross, reduction in zip(self.gross, named)]
        left = sum(weights)
        spread = min(spread, left) if left >= 0 else max(spread, left)
        return [part + share for part, share in zip(named, allocate(spread, weights))]

    def _move(self, document_id: str, contras: list[int] | None, day: int) -> tuple[int, int, int]:
        """Bring the lines to `reduced`; return (contra, deferred, tax) debits.

        `contras` are the contra amounts by line to post; None splits by what was served.
        """
        posted, deferred, tax_moved = [], 0, 0
        for position, reduced in enumerate(self.reduced):
            gross, tax = self.gross[position], self.tax[position]
            tax_part = divide(reduced * tax, gross) if gross else 0
            remaining = self.convert(self.net[position] - reduced + tax_part)
            remaining_tax = self.convert(tax - tax_part)
            fall = self.remaining[position] - remaining
            if contras is None:
                term = self.terms[position]
                contra = divide(fall * served_before(term, day), term[2])
            else:
                contra = contras[position]
            posted.append(contra)
            deferred += fall - contra
            tax_moved += self.remaining_tax[position] - remaining_tax
            self.remaining[position], self.remaining_tax[position] = remaining, remaining_tax
            self.contra[position] += contra
        self.contra_of[document_id] = posted
        return sum(posted), deferred, tax_moved

    def _settle(self, amount: int) -> int:
        """Lower the open amount; return the fall of the receivable."""
        self.open -= amount
        before = self.ar
        if self.total:
            self.ar = divide(self.open * self.total_f, self.total)
        return before - self.ar

    def reduce(
        self,
        document_id: str,
        amount: int,
        targets: Targets | None,
        day: int,
        contra_role: str,
        credits: Lines | None,
    ) -> Lines:
        """Return the entry of a reduction; a negative amount reverses the document's own.

        `credits` are (role, amount credited); None credits the receivable as the open amount falls.
        """
        before = sum(self.reduced)
        contras = None
        if amount < 0 and document_id in self.effects:
            del self.effects[document_id]
            contras = [-contra for contra in self.contra_of[document_id]]
        else:
            self.effects[document_id] = (amount, targets)
        self.reduced = self._reduced()
        excess = amount - (sum(self.reduced) - before)
        contra, deferred, tax = self._move(document_id, contras, day)
        if credits is None:
            credits = [("accounts_receivable", self._settle(amount))]
        loss = self.convert(excess)
        credited = sum(credit for _, credit in credits)
        return [
            (contra_role, contra),
            ("deferred_revenue", deferred),
            ("tax_payable", tax),
            ("other_loss", loss),
            *((role, -credit) for role, credit in credits),
            ("fx_gain_loss", credited - contra - deferred - tax - loss),
        ]

    def pay(self, amount: int, money: int, account: str) -> Lines:
        """Return the entry of money received; `account` is where it arrived."""
        if self.written_off:
            written, bad_debt, tax = self.written_off
            bad_debt, tax = divide(amount * bad_debt, written), divide(amount * tax, written)
            return [
                (account, money),
                ("bad_debt", -bad_debt),
                ("tax_payable", -tax),
                ("recoverables", bad_debt + tax - money),
            ]
        fall = self._settle(amount)
        return [(account, money), ("accounts_receivable", -fall), ("fx_gain_loss", fall - money)]

    def write_off(self, document_id: str, day: int) -> Lines:
        """Return the entry of an invoice marked uncollectible."""
        amount = self.open
        lines = self.reduce(f"{document_id} uncollectible", amount, None, day, "bad_debt", None)
        if amount:
            self.written_off = (amount, lines[0][1], lines[2][1])
        return lines

    def void(self, document_id: str, day: int) -> Lines:
        """Return the entry of a void; one already written off only changes its account."""
        if self.written_off:
            bad_debt = self.written_off[1]
            return [("voids", bad_debt), ("bad_debt", -bad_debt)]
        return self.reduce(f"{document_id} void", self.open, None, day, "voids", None)

    def apply_balance(self, amount: int) -> Lines:
        """Return the entry of customer credit used on the invoice, at the booking rate.

        What the receivable falls more or less than that, a cent at most, is an exchange difference.
        """
        credit, fall = self.convert(amount), self._settle(amount)
        return [
            ("customer_balance", credit),
            ("accounts_receivable", -fall),
            ("fx_gain_loss", fall - credit),
        ]


def post_event(book: InvoiceBook, event: Event) -> tuple[str, Lines]:
    """Return (event type, lines) of one event and move the invoice's state."""
    _, document_id, day, kind, amount, money, detail, _ = event
    if kind == "payment":
        recovered = book.written_off is not None
        lines = book.pay(amount, money, detail or "processor_clearing")
        return ("payment_recovered" if recovered else kind), lines
    if kind == "payment_out_of_band":
        recovered = book.written_off is not None
        lines = book.pay(amount, money, "external_clearing")
        return ("payment_recovered_out_of_band" if recovered else kind), lines
    if kind == "customer_balance_applied":
        return kind, book.apply_balance(amount)
    if kind in MONEY_RETURNED:
        clearing = "processor_clearing"
        if isinstance(detail, str):
            clearing, detail = detail, None
        credits = [(clearing, money)]
        contra_role = MONEY_RETURNED[kind]
        return kind, book.reduce(document_id, amount, detail, day, contra_role, credits)
    if kind in ("credit_note_issued", "credit_note_voided"):
        parts, targets = detail
        credits = parts and [(role, book.convert(part)) for role, part in parts]
        return kind, book.reduce(document_id, amount, targets, day, "credit_notes", credits)
    if kind == "invoice_uncollectible":
        return kind, book.write_off(document_id, day)
    if kind == "invoice_voided":
        return kind, book.void(document_id, day)
    raise ValueError(f"no posting for event type {kind}")


def keep_invoice(
    book: InvoiceBook,
    heading: tuple[datetime, str, str, str],
    events: list[Event],
    as_of: int,
    entries: list[Entry],
    revenue: dict[int, int],
) -> None:
    """Append the entries of an invoice's life and add its revenue by month, up to `as_of`.

    `heading` is (finalised at, invoice id, invoice number, customer id).
    """
    finalised_at, invoice_id, number, customer_id = heading
    day = book.booked_day
    entries.append(
        (day, finalised_at, "invoice_finalised", invoice_id, number, customer_id, book.finalise())
    )
    events.sort(key=_by_time)
    month, done, count = month_of(day), 0, len(events)
    while True:
        close = month_end(month)
        while done < count and events[done][2] <= close:
            event = events[done]
            done += 1
            if event[2] <= as_of:
                kind, lines = post_event(book, event)
                entries.append(
                    (event[2], event[0], kind, event[1], event[7], customer_id, lines)
                )
        if close > as_of:
            return
        earned = book.recognise(month)
        if earned:
            revenue[month] = revenue.get(month, 0) + earned
        if done == count and month >= book.last_month:
            return
        month += 1


def note_targets(note: str, lines: Sequence[tuple[int | None, int]]) -> Targets | None:
    """Return the invoice lines that a credit note names, with their weights.

    `lines` are (invoice line position, net amount) in note line id order; None as soon as one names
    no line of the invoice, or when their amounts do not add up to more than nothing. A refund that
    pays part of the note has the same targets: both are one claim on the lines.
    """
    if sum(weight for _, weight in lines) <= 0 or any(position is None for position, _ in lines):
        return None
    return note, list(lines)
