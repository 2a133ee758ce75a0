"""Journals that were never written, and the documents that nobody booked.

What can be missing of Stripe's can be missing of PayPal's; each is planted at the same rate.
"""

from __future__ import annotations

import re

from ..fault_ledger import Document, without
from ..ledger_xero import decimal_amount
from .bank import FEED, STATEMENT
from .site import PAYOUT_EVENTS, PAYPAL, PAYPAL_PAYOUT_EVENTS, Site, root_of

_RECOGNISED_MONTH = re.compile(r"revenue recognition (\d{4}-\d\d)", re.IGNORECASE)


def _drop_documents(
    site: Site, rate: float, cause: str, table: str, candidates: list[Document]
) -> None:
    """Remove journals and label the Stripe documents that they booked."""

    def fault(document: Document) -> bool:
        amount = decimal_amount(site.ledger.size(document.journal))
        site.ledger.drop(document.journal)
        return site.label(table, document.key, cause, amount, site.currency, document.key)

    site.plant(candidates, rate, root_of, fault)


def drop_refund(site: Site, rate: float, cause: str) -> None:
    text = " ".join(set(filter(None, site.ledger.line["description"])))
    quoted_elsewhere = {word for word in text.split() if word.startswith("cus_")}
    candidates = []
    for document in site.single("refund"):
        charge = site.value("stripe.refund", document.key, "charge_id")
        if site.value("stripe.charge", charge, "customer_id") not in quoted_elsewhere:
            candidates.append(document)
    _drop_documents(site, rate, cause, "stripe.refund", candidates)
    if PAYPAL in site.tables:
        candidates = [
            document
            for document in site.single("paypal_refund")
            if site.value("stripe.invoice", document.root, "customer_id") not in quoted_elsewhere
        ]
        _drop_documents(site, rate, cause, PAYPAL, candidates)


def drop_credit_note(site: Site, rate: float, cause: str) -> None:
    candidates = site.single("credit_note_issued")
    _drop_documents(site, rate, cause, "stripe.credit_note", candidates)


def drop_dispute(site: Site, rate: float, cause: str) -> None:
    candidates = site.by_kind["dispute_opened"]
    _drop_documents(site, rate, cause, "stripe.dispute", candidates)
    _drop_documents(site, rate, cause, PAYPAL, site.by_kind["paypal_dispute_opened"])


def drop_write_off(site: Site, rate: float, cause: str) -> None:
    candidates = [
        document
        for kind in ("invoice_voided", "invoice_uncollectible")
        for document in site.by_kind[kind]
        if site.journals_of[document.key] == 2
        and site.value("stripe.invoice", document.key, "status") != "paid"
    ]
    _drop_documents(site, rate, cause, "stripe.invoice", candidates)


def drop_invoice(site: Site, rate: float, cause: str) -> None:
    candidates = site.single("invoice_finalised")
    planted = len(site.labels)
    _drop_documents(site, rate, cause, "stripe.invoice", candidates)
    gone = {label["record_id"] for label in site.labels[planted:]}
    invoice, line = site.edit("xero.invoice"), site.edit("xero.invoice_line_item")
    rows = {row for row, key in enumerate(invoice["reference"]) if key in gone}
    ids = {invoice["invoice_id"][row] for row in rows}
    site.changed["xero.invoice"] = without(invoice, rows)
    lines = {row for row, key in enumerate(line["invoice_id"]) if key in ids}
    site.changed["xero.invoice_line_item"] = without(line, lines)


def drop_payment(site: Site, rate: float, cause: str) -> None:
    _drop_documents(site, rate, cause, "stripe.charge", site.single("payment"))
    _drop_documents(site, rate, cause, PAYPAL, site.single("paypal_payment"))


def drop_fees(site: Site, rate: float, cause: str) -> None:
    first: dict[str, str] = {}
    transaction = site.tables["stripe.balance_transaction"]
    for key, created, kind in zip(transaction["id"], transaction["created"], transaction["type"]):
        if kind in ("charge", "payment", "stripe_fee"):
            day = site.fee_day(created)
            first[day] = min(key, first.get(day, key))

    def fault(document: Document) -> bool:
        if document.key not in first:
            return False
        amount = decimal_amount(site.ledger.size(document.journal))
        site.ledger.drop(document.journal)
        return site.label(
            "stripe.balance_transaction", first[document.key], cause, amount, site.currency,
            document.key,
        )  # fmt: skip

    site.plant(site.by_kind["processor_fee"], rate, root_of, fault)
    _drop_paypal_fees(site, rate, cause)
    lines = site.tables.get(FEED, {}).get("transaction_id", ())
    for table, is_fed in ((STATEMENT, False), (FEED, True)):
        candidates = [
            document
            for document in site.by_kind["bank_fee"]
            if (document.key in lines) == is_fed
        ]
        _drop_documents(site, rate, cause, table, candidates)


def _drop_paypal_fees(site: Site, rate: float, cause: str) -> None:
    """Leave out the fees of days at PayPal."""
    first: dict[str, str] = {}
    rows = site.tables.get(PAYPAL, {"transaction_id": ()})
    for row, key in enumerate(rows["transaction_id"]):
        is_cost = rows["fee_amount_value"][row] or rows["transaction_event_code"][row] == "T0106"
        if is_cost and rows["transaction_status"][row] in ("S", "V"):
            day = site.fee_day(rows["transaction_initiation_date"][row], "paypal")
            first[day] = min(key, first.get(day, key))

    def fault(document: Document) -> bool:
        amount = decimal_amount(site.ledger.size(document.journal))
        site.ledger.drop(document.journal)
        key = first[document.key]
        return site.label(PAYPAL, key, cause, amount, site.currency, document.key)

    site.plant(site.by_kind["paypal_fee"], rate, root_of, fault)


def drop_payout(site: Site, rate: float, cause: str) -> None:
    for table, events in (("stripe.payout", PAYOUT_EVENTS), (PAYPAL, PAYPAL_PAYOUT_EVENTS)):
        candidates = [
            document
            for kind in sorted(events)
            for document in site.by_kind[kind]
            if site.events_of[document.key] <= events
        ]
        _drop_documents(site, rate, cause, table, candidates)


def drop_movement(site: Site, rate: float, cause: str) -> None:
    """Leave out a movement that only a processor knows: a hold, a top-up, a transfer, a conversion."""
    for table, kind in (
        ("stripe.balance_transaction", "processor_movement"), (PAYPAL, "paypal_movement")
    ):  # fmt: skip
        _drop_documents(site, rate, cause, table, site.by_kind[kind])


def drop_customer_balance(site: Site, rate: float, cause: str) -> None:
    candidates = site.single("customer_balance_applied", "customer_balance_granted")
    _drop_documents(site, rate, cause, "stripe.customer_balance_transaction", candidates)


def drop_recognition(site: Site, rate: float, cause: str) -> None:
    """Leave out the revenue of one month: its journal books no document but all of them."""
    months = site.ledger.quoting(_RECOGNISED_MONTH)

    def fault(month: str) -> bool:
        journal = months[month]
        if site.ledger.journal["journal_date"][journal] > site.limit:
            return False
        site.ledger.drop(journal)
        return site.label_journal(journal, cause, f"revenue_recognised:{month}")

    site.plant(sorted(months), rate, lambda month: f"revenue_recognised:{month}", fault, most=1)
