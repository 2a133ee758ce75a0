"""Keeps the demo company's books: posts every billing and processor event into a ledger.

The independent oracle of the project: sequential, integers only, one document after the other, and
no code or SQL shared with the models. Postings follow docs/accounting.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time

from .ledger_invoices import Entry, Event, InvoiceBook, keep_invoice, note_targets
from .ledger_paypal import PayPalBook
from .ledger_rules import (
    Rates,
    Table,
    Term,
    accounting_day,
    collector_paused,
    day_closed,
    exponent,
    line_amounts,
    month_end,
    month_label,
    service_term,
)
from .ledger_xero import write_books

Tables = dict[str, Table]

OWN_COSTS = frozenset({"stripe_fee", "network_cost"})
"""Types of balance transactions that are nothing but a cost."""

BANK_TABLES = ("bank_statement.statement_line", "plaid.transaction")

MOVEMENTS = {
    "reserve_transaction": ("processor_reserve", "processor_reserves"),
    "topup": ("processor_topup", "cash"),
    "transfer": ("processor_transfer", "passthrough_payable"),
}
"""{type of a balance transaction: (event, role on the other side)}."""


def post_ledger(
    tables: Tables,
    *,
    seed: int,
    timezone: str,
    as_of: date,
    functional_currency: str = "USD",
    even_month_prices: Iterable[str] | None = None,
) -> Tables:
    """Return the xero.* tables that the raw Stripe tables lead to, up to and including `as_of`.

    `timezone` names the zone of the accounting dates. Lines of `even_month_prices` (default: prices
    billed by the year) are earned in even calendar months, all others by day. Raises LookupError
    when an exchange rate is missing. The result depends on `seed` and on the rows, not their order.
    """
    with collector_paused():
        books = _Bookkeeper(tables, timezone, as_of, functional_currency, even_month_prices)
        books.post_invoices()
        books.post_unlinked_payments()
        books.post_disputes_won_and_fees()
        books.post_granted_balances()
        books.post_payouts()
        books.post_daily_fees()
        books.post_processor_movements()
        books.post_bank_lines()
        if books.paypal is not None:
            books.paypal.post(books.post)
        books.post_recognition()
        return write_books(tables, books.entries, books.invoices, seed, as_of, books.rates)


class _Bookkeeper:
    """The ledger while it is being written: raw rows by document, and the entries so far."""

    def __init__(
        self,
        tables: Tables,
        timezone: str,
        as_of: date,
        functional_currency: str,
        even_month_prices: Iterable[str] | None,
    ) -> None:
        self.tables = tables
        self.day_of = accounting_day(timezone)
        self.as_of = as_of.toordinal()
        self.rates = Rates(tables["ecb.exchange_rate"], functional_currency)
        if even_month_prices is None:
            price = tables["stripe.price"]
            even_month_prices = (
                price_id
                for price_id, interval in zip(price["id"], price["recurring_interval"])
                if interval == "year"
            )
        self.even_month_prices = frozenset(even_month_prices)
        self.entries: list[Entry] = []
        self.invoices: list[tuple[int, InvoiceBook]] = []
        self.revenue: dict[int, int] = {}
        self.money = self._money_by_transaction()
        self.charges = self._live_charges()
        self.released = self._released()
        self.paypal = None
        if "paypal.transaction" in tables:
            self.paypal = PayPalBook(tables, self.rates, self.day_of)

    def _money_by_transaction(self) -> dict[str, tuple[int, int, datetime, int]]:
        """Return {balance transaction: (functional amount, day, created, amount)}."""
        transaction = self.tables["stripe.balance_transaction"]
        convert, day_of = self.rates.convert, self.day_of
        money = {}
        for key, amount, currency, created in zip(
            transaction["id"], transaction["amount"], transaction["currency"],
            transaction["created"],
        ):  # fmt: skip
            day = day_of(created)
            money[key] = (convert(amount, currency, day), day, created, amount)
        return money

    def _live_charges(self) -> dict[str, tuple[str | None, str, int, datetime, str, str | None]]:
        """Return {charge: (invoice, customer, amount, created, currency, transaction)}."""
        charge = self.tables["stripe.charge"]
        columns = (
            "id", "status", "captured", "livemode", "amount_captured", "invoice_id", "customer_id",
            "amount", "created", "currency", "balance_transaction_id",
        )  # fmt: skip
        return {
            key: (invoice_id, customer_id, amount if part is None else part, *rest)
            for key, status, captured, live, part, invoice_id, customer_id, amount, *rest in zip(
                *(charge[name] for name in columns)
            )
            if status == "succeeded" and captured is not False and live is not False
        }

    def _released(self) -> dict[str, int]:
        """Return {charge: functional value of what was authorised and not captured}, negative."""
        transaction = self.tables["stripe.balance_transaction"]
        released: dict[str, int] = defaultdict(int)
        for key, kind, source in zip(
            transaction["id"], transaction["reporting_category"], transaction["source"]
        ):
            if kind == "partial_capture_reversal":
                released[source] += self.money[key][0]
        return released

    def post_invoices(self) -> None:
        """Post the life of every finalised invoice, in the order of finalisation."""
        invoice = self.tables["stripe.invoice"]
        lines = self._lines_by_invoice()
        finalised = invoice["status_transitions_finalized_at"]
        booked = [
            row
            for row, (moment, status, deleted, live) in enumerate(
                zip(finalised, invoice["status"], invoice["is_deleted"], invoice["livemode"])
            )
            if moment is not None and status != "draft" and not deleted and live is not False
        ]
        booked = [row for row in booked if self.day_of(finalised[row]) <= self.as_of]
        ids = invoice["id"]
        booked.sort(key=lambda row: (finalised[row], ids[row]))
        self.booked_ids = {ids[row] for row in booked}
        events = self._events_by_invoice(booked, lines)
        subtotals, taxes, totals = invoice["subtotal"], invoice["tax"], invoice["total"]
        currencies, numbers, customers = (
            invoice["currency"], invoice["number"], invoice["customer_id"]
        )  # fmt: skip
        for row in booked:
            key, moment = ids[row], finalised[row]
            own = lines.get(key, ())
            net, tax = line_amounts(
                [line[1] for line in own], subtotals[row], taxes[row] or 0, totals[row]
            )
            day = self.day_of(moment)
            ratio = self.rates.ratio(currencies[row], day)
            book = InvoiceBook(net, tax, [line[2] for line in own], day, ratio)
            self.invoices.append((row, book))
            heading = (moment, key, numbers[row], customers[row])
            keep_invoice(
                book, heading, events.pop(key, []), self.as_of, self.entries, self.revenue
            )

    def _lines_by_invoice(self) -> dict[str, list[tuple[str, int, Term]]]:
        """Return {invoice: [(unique_id, amount, service term)]}, in unique_id order."""
        line = self.tables["stripe.invoice_line_item"]
        day_of, yearly = self.day_of, self.even_month_prices
        by_invoice: dict[str, list[tuple[str, int, Term]]] = defaultdict(list)
        for key, unique_id, amount, start, end, price in zip(
            line["invoice_id"], line["unique_id"], line["amount"], line["period_start"],
            line["period_end"], line["price_id"],
        ):  # fmt: skip
            first = None if start is None else day_of(start)
            last = None if end is None else day_of(end)
            by_invoice[key].append((unique_id, amount, service_term(first, last, price in yearly)))
        for own in by_invoice.values():
            own.sort()
        return by_invoice

    def _events_by_invoice(
        self, booked: list[int], lines: dict[str, list[tuple[str, int, Term]]]
    ) -> dict[str, list[Event]]:
        """Return everything that happens to each invoice after it is finalised."""
        events: dict[str, list[Event]] = defaultdict(list)
        self._add_payments(events)
        self._add_out_of_band(events, booked)
        targets = self._add_credit_notes(events, lines)
        self._add_refunds(events, targets)
        self._add_disputes(events)
        if self.paypal is not None:
            self.paypal.add_events(events, self.booked_ids)
        self._add_applied_balances(events)
        self._add_status_changes(events, booked)
        return events

    def _charge_money(self, key: str) -> int:
        """Return the functional value that a charge brought; its own amount without transaction."""
        _, _, amount, created, currency, transaction = self.charges[key]
        if transaction in self.money:
            return self.money[transaction][0] + self.released.get(key, 0)
        return self.rates.convert(amount, currency, self.day_of(created))

    def _add_payments(self, events: dict[str, list[Event]]) -> None:
        for key, (invoice_id, _, amount, created, _, _) in self.charges.items():
            if invoice_id in self.booked_ids:
                money = self._charge_money(key)
                events[invoice_id].append(
                    (created, key, self.day_of(created), "payment", amount, money, None, key)
                )

    def _add_out_of_band(self, events: dict[str, list[Event]], booked: list[int]) -> None:
        invoice = self.tables["stripe.invoice"]
        charged: dict[str | None, int] = defaultdict(int)
        for invoice_id, _, amount, *_ in self.charges.values():
            charged[invoice_id] += amount
        if self.paypal is not None:
            for invoice_id, amount in self.paypal.paid_by_invoice().items():
                charged[invoice_id] += amount
        self.paid_elsewhere: dict[str, tuple[str, str]] = {}
        for row in booked:
            key, paid_at = invoice["id"][row], invoice["status_transitions_paid_at"][row]
            rest = (invoice["amount_paid"][row] or 0) - charged.get(key, 0)
            if invoice["status"][row] == "paid" and paid_at is not None and rest > 0:
                day = self.day_of(paid_at)
                money = self.rates.convert(rest, invoice["currency"][row], day)
                number = invoice["number"][row]
                self.paid_elsewhere[number] = (key, invoice["customer_id"][row])
                events[key].append(
                    (paid_at, key, day, "payment_out_of_band", rest, money, None, number)
                )

    def _add_credit_notes(
        self, events: dict[str, list[Event]], lines: dict[str, list[tuple[str, int, Term]]]
    ) -> dict[str, tuple[str, list]]:
        """Add what notes post themselves; return {refund: note lines it is targeted at}."""
        note, note_lines = self.tables["stripe.credit_note"], self._lines_by_note(lines)
        refund = self.tables["stripe.refund"]
        refunded = dict(zip(refund["id"], refund["amount"]))
        balance = self._balance_credited_by_note()
        lines_by_refund = {}
        columns = (
            "id", "number", "invoice_id", "refund_id", "type", "status", "total", "created",
            "voided_at", "livemode",
        )  # fmt: skip
        for key, number, invoice_id, refund_id, kind, status, amount, created, voided_at, live in (
            zip(*(note[name] for name in columns))
        ):
            if invoice_id not in self.booked_ids or live is False:
                continue
            named = note_lines.get(key, [])
            if refund_id is not None:
                lines_by_refund[refund_id] = (key, named)
                amount -= refunded.get(refund_id, 0)
            if amount <= 0:
                continue
            parts = None
            if kind != "pre_payment":
                credited = balance.get(key, 0)
                parts = [("customer_balance", credited), ("external_clearing", amount - credited)]
            targets = note_targets(key, named)
            events[invoice_id].append(
                (created, key, self.day_of(created), "credit_note_issued", amount, 0,
                 (parts, targets), number)
            )  # fmt: skip
            if status == "void" and voided_at is not None:
                back = parts and [(role, -part) for role, part in parts]
                events[invoice_id].append(
                    (voided_at, key, self.day_of(voided_at), "credit_note_voided", -amount, 0,
                     (back, None), number)
                )  # fmt: skip
        return lines_by_refund

    def _lines_by_note(
        self, lines: dict[str, list[tuple[str, int, Term]]]
    ) -> dict[str, list[tuple[int | None, int]]]:
        """Return {credit note: [(position of the invoice line, net amount)]}, in note line id order."""
        note, line = self.tables["stripe.credit_note"], self.tables["stripe.credit_note_line_item"]
        invoice_of = dict(zip(note["id"], note["invoice_id"]))
        by_note: dict[str, list] = defaultdict(list)
        columns = ("id", "credit_note_id", "invoice_line_item_id", "amount", "discount_amount")
        for key, note_id, line_id, amount, discount in zip(*(line[name] for name in columns)):
            by_note[note_id].append((key, line_id, amount - (discount or 0)))
        named = {}
        for note_id, own in by_note.items():
            invoice_lines = lines.get(invoice_of.get(note_id), ())
            position = {unique_id: at for at, (unique_id, _, _) in enumerate(invoice_lines)}
            named[note_id] = [(position.get(line_id), amount) for _, line_id, amount in sorted(own)]
        return named

    def _balance_credited_by_note(self) -> dict[str, int]:
        """Return {credit note: amount that it put on the customer's balance}."""
        change = self.tables["stripe.customer_balance_transaction"]
        credited: dict[str, int] = defaultdict(int)
        for note_id, kind, amount in zip(
            change["credit_note_id"], change["type"], change["amount"]
        ):
            if kind == "credit_note":
                credited[note_id] -= amount
        return credited

    def _add_refunds(self, events: dict[str, list[Event]], lines_by_refund: dict) -> None:
        refund = self.tables["stripe.refund"]
        for key, amount, charge_id, transaction, failure in zip(
            refund["id"], refund["amount"], refund["charge_id"], refund["balance_transaction_id"],
            refund["failure_balance_transaction_id"],
        ):  # fmt: skip
            if charge_id not in self.charges or transaction not in self.money:
                continue
            invoice_id = self.charges[charge_id][0]
            money, day, moment, _ = self.money[transaction]
            targets = note_targets(*lines_by_refund.get(key, (key, ())))
            self._add_money_event(
                events, charge_id, (moment, key, day, "refund", amount, abs(money), targets, key)
            )
            if failure in self.money:
                money, day, moment, _ = self.money[failure]
                self._add_money_event(
                    events, charge_id,
                    (moment, key, day, "refund_failed", -amount, -abs(money), None, key),
                )  # fmt: skip

    def _add_money_event(
        self, events: dict[str, list[Event]], charge_id: str, event: Event
    ) -> None:
        """Add a refund or dispute to its invoice; without one it leaves the customer's balance."""
        invoice_id, customer_id = self.charges[charge_id][:2]
        if invoice_id in self.booked_ids:
            events[invoice_id].append(event)
            return
        moment, key, day, kind, _, money, _, quote = event
        lines = [("customer_balance", money), ("processor_clearing", -money)]
        self.post(day, moment, kind, key, quote, customer_id, lines)

    def _add_disputes(self, events: dict[str, list[Event]]) -> None:
        dispute = self.tables["stripe.dispute"]
        live = {
            key: (charge_id, amount)
            for key, charge_id, amount, mode in zip(
                dispute["id"], dispute["charge_id"], dispute["amount"], dispute["livemode"]
            )
            if mode is not False and charge_id in self.charges
        }
        transaction = self.tables["stripe.balance_transaction"]
        self.won: list[tuple[str, str]] = []
        self.dispute_fees: list[tuple[str, int]] = []
        for row, source in enumerate(transaction["source"]):
            if source not in live:
                continue
            charge_id, amount = live[source]
            money, day, moment, moved = self.money[transaction["id"][row]]
            if transaction["fee"][row]:
                self.dispute_fees.append((source, row))
            if moved < 0:
                event = (moment, source, day, "dispute_opened", amount, -money, None, source)
                self._add_money_event(events, charge_id, event)
            elif moved > 0:
                self.won.append((source, transaction["id"][row]))

    def _add_applied_balances(self, events: dict[str, list[Event]]) -> None:
        change = self.tables["stripe.customer_balance_transaction"]
        for key, invoice_id, kind, amount, created, live in zip(
            change["id"], change["invoice_id"], change["type"], change["amount"],
            change["created"], change["livemode"],
        ):  # fmt: skip
            applied = kind in ("applied_to_invoice", "unapplied_from_invoice")
            if applied and live is not False and invoice_id in self.booked_ids:
                day = self.day_of(created)
                events[invoice_id].append(
                    (created, key, day, "customer_balance_applied", amount, 0, None, key)
                )

    def _add_status_changes(self, events: dict[str, list[Event]], booked: list[int]) -> None:
        invoice = self.tables["stripe.invoice"]
        for column, kind in (
            ("status_transitions_marked_uncollectible_at", "invoice_uncollectible"),
            ("status_transitions_voided_at", "invoice_voided"),
        ):
            moments = invoice[column]
            for row in booked:
                moment = moments[row]
                if moment is not None:
                    key, number = invoice["id"][row], invoice["number"][row]
                    events[key].append(
                        (moment, key, self.day_of(moment), kind, 0, 0, None, number)
                    )

    def post(
        self,
        day: int,
        moment: datetime,
        kind: str,
        document_id: str,
        quote: str,
        customer_id: str,
        lines: list[tuple[str, int]],
    ) -> None:
        """Append an entry dated on or before the last day of the books."""
        if day <= self.as_of:
            self.entries.append((day, moment, kind, document_id, quote, customer_id, lines))

    def post_unlinked_payments(self) -> None:
        """Post payments without an invoice in the books to the customer's balance."""
        for key, (invoice_id, customer_id, _, created, _, _) in self.charges.items():
            if invoice_id not in self.booked_ids:
                money = self._charge_money(key)
                lines = [("processor_clearing", money), ("customer_balance", -money)]
                self.post(self.day_of(created), created, "payment", key, key, customer_id, lines)

    def post_disputes_won_and_fees(self) -> None:
        """Post what came back from disputes, and what they cost."""
        dispute = self.tables["stripe.dispute"]
        transaction = self.tables["stripe.balance_transaction"]
        charge_of = dict(zip(dispute["id"], dispute["charge_id"]))
        for key, transaction_id in self.won:
            money, day, moment, _ = self.money[transaction_id]
            lines = [("processor_clearing", money), ("recoverables", -money)]
            customer_id = self.charges[charge_of[key]][1]
            self.post(day, moment, "dispute_won", key, key, customer_id, lines)
        for key, row in self.dispute_fees:
            _, day, moment, _ = self.money[transaction["id"][row]]
            fee = self.rates.convert(transaction["fee"][row], transaction["currency"][row], day)
            lines = [("dispute_fees", fee), ("processor_clearing", -fee)]
            customer_id = self.charges[charge_of[key]][1]
            self.post(day, moment, "dispute_fee", key, key, customer_id, lines)

    def post_granted_balances(self) -> None:
        """Post credit granted to customers' balances, at the day's rate."""
        change = self.tables["stripe.customer_balance_transaction"]
        for key, customer_id, kind, amount, currency, created, live in zip(
            change["id"], change["customer_id"], change["type"], change["amount"],
            change["currency"], change["created"], change["livemode"],
        ):  # fmt: skip
            if kind == "adjustment" and live is not False:
                day = self.day_of(created)
                granted = self.rates.convert(-amount, currency, day)
                lines = [("promotional_credits", granted), ("customer_balance", -granted)]
                self.post(day, created, "customer_balance_granted", key, key, customer_id, lines)

    def post_payouts(self) -> None:
        """Post payouts at the rate of the day they were created: sent, arrived, failed, returned.

        One that fails by the day it is due never was at the bank; a later failure is a return.
        """
        payout = self.tables["stripe.payout"]
        columns = (
            "id", "amount", "currency", "status", "arrival_date", "created",
            "balance_transaction_id", "failure_balance_transaction_id", "livemode",
        )  # fmt: skip
        for key, amount, currency, status, arrival, created, transaction, failure, live in zip(
            *(payout[name] for name in columns)
        ):
            if live is False or transaction is None or status == "canceled":
                continue
            day = self.day_of(created)
            money = self.rates.convert(amount, currency, day)
            sent = [("cash_in_transit", money), ("processor_clearing", -money)]
            self.post(day, created, "payout_sent", key, key, "", sent)
            failed_on = self.money[failure][1] if failure in self.money else 0
            is_returned = arrival is not None and failed_on > arrival.toordinal()
            if arrival is not None and (status == "paid" or is_returned):
                lines = [("cash", money), ("cash_in_transit", -money)]
                # The bank's calendar day, written as a midnight in UTC: no zone moves it.
                self.post(arrival.toordinal(), arrival, "payout_arrived", key, key, "", lines)
            if failure in self.money:
                _, day, moment, _ = self.money[failure]
                left = "cash" if is_returned else "cash_in_transit"
                lines = [("processor_clearing", money), (left, -money)]
                kind = "payout_returned" if is_returned else "payout_failed"
                self.post(day, moment, kind, key, key, "", lines)

    def post_daily_fees(self) -> None:
        """Post each day's processing fees in one entry: fees of charges and Stripe's own bills."""
        transaction = self.tables["stripe.balance_transaction"]
        elsewhere = {key for key, _ in self.dispute_fees}
        charge = self.tables["stripe.charge"]
        elsewhere.update(
            key for key, live in zip(charge["id"], charge["livemode"]) if live is False
        )
        by_day: dict[int, int] = defaultdict(int)
        for key, amount, fee, currency, kind, source in zip(
            transaction["id"], transaction["amount"], transaction["fee"], transaction["currency"],
            transaction["type"], transaction["source"],
        ):  # fmt: skip
            cost = (fee or 0) - (amount if kind in OWN_COSTS else 0)
            if cost and (source is None or source not in elsewhere):
                day = self.money[key][1]
                by_day[day] += self.rates.convert(cost, currency, day)
        for day, fees in by_day.items():
            label = date.fromordinal(day).isoformat()
            lines = [("processing_fees", fees), ("processor_clearing", -fees)]
            key, quote = f"processor_fee:stripe:{label}", f"Stripe fees {label}"
            self.post(day, day_closed(day), "processor_fee", key, quote, "", lines)

    def post_processor_movements(self) -> None:
        """Post reserves, top-ups and transfers of Stripe's balance, each at the day's rate."""
        transaction = self.tables["stripe.balance_transaction"]
        for key, kind, source in zip(
            transaction["id"], transaction["type"], transaction["source"]
        ):
            if kind in MOVEMENTS:
                event, role = MOVEMENTS[kind]
                money, day, moment, _ = self.money[key]
                lines = [("processor_clearing", money), (role, -money)]
                self.post(day, moment, event, key, source or key, "", lines)

    def post_bank_lines(self) -> None:
        """Post what only the bank knows: its fees, and customers who paid it directly."""
        lines = []
        bank, feed = (self.tables.get(name) for name in BANK_TABLES)
        if bank is not None:
            lines += zip(
                bank["statement_line_id"], bank["posted_date"], bank["amount"], bank["currency"],
                bank["description"], bank["reference"],
            )  # fmt: skip
        if feed is not None:
            lines += [
                (key, day, -amount, currency, text, reference)
                for key, day, amount, currency, text, reference, pending in zip(
                    feed["transaction_id"], feed["date"], feed["amount"],
                    feed["iso_currency_code"], feed["name"],
                    feed["payment_meta_reference_number"], feed["pending"],
                ) if not pending
            ]  # fmt: skip
        for key, posted, amount, currency, text, reference in lines:
            day, moment = posted.toordinal(), datetime.combine(posted, time())
            money = self.rates.convert(int(amount.scaleb(exponent(currency))), currency, day)
            if text.startswith("ACCOUNT SERVICE FEE"):
                entry = [("bank_fees", -money), ("cash", money)]
                self.post(day, moment, "bank_fee", key, key, "", entry)
            number = reference or text.split()[-1]
            if text.startswith("INCOMING TRANSFER") and number in self.paid_elsewhere:
                invoice_id, customer_id = self.paid_elsewhere[number]
                entry = [("cash", money), ("external_clearing", -money)]
                event = "external_payment_received"
                self.post(day, moment, event, invoice_id, number, customer_id, entry)

    def post_recognition(self) -> None:
        """Post each month's revenue in one entry on the month's last day."""
        for month, earned in self.revenue.items():
            label, day = month_label(month), month_end(month)
            lines = [("deferred_revenue", earned), ("revenue", -earned)]
            document = f"revenue_recognised:{label}"
            self.post(day, day_closed(day), "revenue_recognised", document, label, "", lines)


