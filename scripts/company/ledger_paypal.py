"""PayPal's part of the books: payments of invoices, what goes back, fees, conversions, holds, and money to the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time
from typing import NamedTuple

from .holidays import bank_day_after
from .ledger_invoices import Event
from .ledger_rules import Rates, Table, day_closed, exponent

CLEARING = "paypal_clearing"
PAYMENTS = frozenset({"T0003", "T0006"})
HOLDS = frozenset({"T1105", "T1110", "T1111", "T2101", "T2102"})
TO_BANK = frozenset({"T0400", "T0401"})
SETTLED = frozenset({"S", "V"})
"""Statuses of rows that moved money: V is a payment whose refund is a row of its own."""

Post = Callable[[int, datetime, str, str, str, str, list[tuple[str, int]]], None]


class Row(NamedTuple):
    """A settled transaction; `amount` and `fee` in minor units from our side, `money` the functional amount."""

    key: str
    code: str
    moment: datetime
    day: int
    amount: int
    fee: int
    currency: str
    money: int
    reference: str | None
    invoice_id: str | None


class PayPalBook:
    """The settled transactions of `paypal.transaction`, by what they are."""

    def __init__(self, tables: dict[str, Table], rates: Rates, day_of: Callable[[datetime], int]) -> None:
        self.rates = rates
        self.rows = _settled_rows(tables["paypal.transaction"], rates, day_of)
        self.payments = {row.key: row for row in self.rows if row.code in PAYMENTS}
        self.returns = [row for row in self.rows if row.code == "T1101"]
        invoice = tables["stripe.invoice"]
        self.customer_of = dict(zip(invoice["id"], invoice["customer_id"]))

    def paid_by_invoice(self) -> dict[str, int]:
        """Return {invoice: amount paid, in the payments' currency}."""
        paid: dict[str, int] = defaultdict(int)
        for row in self.payments.values():
            paid[row.invoice_id] += row.amount
        return paid

    def add_events(self, events: dict[str, list[Event]], booked_ids: set[str]) -> None:
        """Add payments, refunds and chargebacks to the invoices that they concern."""
        self.booked_ids = booked_ids
        for row in self.rows:
            invoice_id = self._invoice_of(row)
            kind = "payment" if row.code in PAYMENTS else GOES_BACK.get(row.code)
            if kind is not None and invoice_id in booked_ids:
                events[invoice_id].append((
                    row.moment, row.key, row.day, kind, abs(row.amount), abs(row.money), CLEARING, row.key
                ))  # fmt: skip

    def _invoice_of(self, row: Row) -> str | None:
        """Return the invoice of a payment, or of the payment that a row refers to."""
        payment = self.payments.get(row.reference or row.key)
        return payment and payment.invoice_id

    def post(self, post: Post) -> None:
        """Post everything that is not the business of one invoice.

        Money of a payment without an invoice in the books is the customer's.
        """
        opened = {row.reference: row.key for row in self.rows if row.code == "T1201"}
        sent = {row.key: row for row in self.rows if row.code in TO_BANK}
        fees: dict[int, int] = defaultdict(int)
        for row in self.rows:
            customer = self.customer_of.get(self._invoice_of(row), "")
            if row.fee:
                fees[row.day] += self.rates.convert(-row.fee, row.currency, row.day)
            if row.code in PAYMENTS or row.code in GOES_BACK:
                if self._invoice_of(row) not in self.booked_ids:
                    kind = GOES_BACK.get(row.code, "payment")
                    lines = [(CLEARING, row.money), ("customer_balance", -row.money)]
                    post(row.day, row.moment, kind, row.key, row.key, customer, lines)
            elif row.code == "T0106":
                fees[row.day] -= row.money
            elif row.code == "T1202":
                key = opened[row.reference]
                lines = [(CLEARING, row.money), ("recoverables", -row.money)]
                post(row.day, row.moment, "dispute_won", key, key, customer, lines)
            elif row.code in MOVEMENTS:
                event, role = MOVEMENTS[row.code]
                lines = [(CLEARING, row.money), (role, -row.money)]
                post(row.day, row.moment, event, row.key, row.key, "", lines)
            elif row.code in TO_BANK:
                self._post_payout(row, post)
            elif row.code == "T1101":
                withdrawal = sent[row.reference]
                is_returned = row.day > _arrival(withdrawal).toordinal()
                kind, left = (
                    ("payout_returned", "cash") if is_returned
                    else ("payout_failed", "cash_in_transit")
                )  # fmt: skip
                lines = [(CLEARING, -withdrawal.money), (left, withdrawal.money)]
                post(row.day, row.moment, kind, row.reference, row.reference, "", lines)
        for day, cost in fees.items():
            label = date.fromordinal(day).isoformat()
            key, lines = f"processor_fee:paypal:{label}", [("paypal_fees", cost), (CLEARING, -cost)]
            post(day, day_closed(day), "processor_fee", key, f"PayPal fees {label}", "", lines)

    def _post_payout(self, row: Row, post: Post) -> None:
        """Post a withdrawal when it is sent and, unless it failed before, a banking day later."""
        money = -row.money
        lines = [("cash_in_transit", money), (CLEARING, -money)]
        post(row.day, row.moment, "payout_sent", row.key, row.key, "", lines)
        failed_on = {other.reference: other.day for other in self.returns}.get(row.key)
        arrival = _arrival(row)
        if failed_on is None or failed_on > arrival.toordinal():
            lines = [("cash", money), ("cash_in_transit", -money)]
            post(arrival.toordinal(), arrival, "payout_arrived", row.key, row.key, "", lines)


GOES_BACK = {"T1106": "refund", "T1107": "refund", "T1201": "dispute_opened"}
"""{event code: event} of money of a payment that leaves again."""

MOVEMENTS = {
    **{code: ("processor_reserve", "processor_reserves") for code in HOLDS},
    "T0200": ("processor_conversion", "fx_gain_loss"),
    "T0300": ("processor_topup", "cash"),
}
"""{event code: (event, role on the other side)} of movements that only PayPal knows."""


def _arrival(row: Row) -> datetime:
    """Return the midnight of the day on which a withdrawal is at the bank: PayPal does not say."""
    return datetime.combine(bank_day_after(row.moment.date(), row.currency), time())


def _settled_rows(transaction: Table, rates: Rates, day_of: Callable[[datetime], int]) -> list[Row]:
    """Return the rows that moved money, in the order of time."""
    columns = (
        "transaction_id", "transaction_event_code", "transaction_initiation_date",
        "transaction_status", "transaction_amount_value", "fee_amount_value",
        "transaction_amount_currency_code", "paypal_reference_id", "custom_field",
    )  # fmt: skip
    rows = []
    for key, code, moment, status, value, fee, currency, reference, invoice_id in zip(
        *(transaction[name] for name in columns)
    ):
        if status in SETTLED:
            day, digits = day_of(moment), exponent(currency)
            amount = int(value.scaleb(digits))
            money = rates.convert(amount, currency, day)
            rows.append(Row(key, code, moment, day, amount, int(fee.scaleb(digits)), currency, money,
                            reference, invoice_id))  # fmt: skip
    return sorted(rows, key=lambda row: (row.moment, row.key, row.code))
