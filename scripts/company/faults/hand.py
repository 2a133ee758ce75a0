"""Entries that the ledger made by itself: no billing event stands behind them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from ..ledger_xero import decimal_amount, xero_id
from .site import AR, DEFERRED, REVENUE, Site

OPENING_DAYS = 15
FIRST_OWN_NUMBER = 90_001


def add_manual(
    site: Site, rate: float, cause: str, texts: tuple[str, ...], pairs: tuple[tuple[str, str], ...]
) -> None:
    """Add manual journals: a debit and a credit on one of the pairs of accounts."""
    count = len(site.tables["xero.journal"]["journal_id"])
    like = site.single("payment") or site.single("invoice_finalised")
    if not like:
        return

    def fault(number: int) -> bool:
        debit, credit = pairs[number % len(pairs)]
        amount = site.random.randint(5_000, 95_000)
        text = site.random.choice(texts)
        day = site.day_between()
        journal = site.ledger.add_manual(
            like[0].journal, day, text, {debit: amount, credit: -amount}, len(site.labels) + 1
        )
        return site.label_journal(journal, cause, "")

    site.plant(list(range(count)), rate, lambda number: f"{cause} {number}", fault)


def manual_journal(site: Site, rate: float, cause: str) -> None:
    texts = ("Year-end adjustment", "Accrual correction", "Reclass as agreed with controller")
    add_manual(site, rate, cause, texts, ((AR, REVENUE), (DEFERRED, REVENUE), (REVENUE, AR)))


def opening_balance(site: Site, rate: float, cause: str) -> None:
    """Bring a balance forward from before the company's first document."""
    like = site.single("payment") or site.single("invoice_finalised")

    def fault(_: str) -> bool:
        day = site.first_day - timedelta(days=OPENING_DAYS)
        amount = site.random.randint(20_000, 400_000)
        journal = site.ledger.add_manual(
            like[0].journal, day, "Opening balance", {AR: amount, DEFERRED: -amount},
            len(site.labels) + 1,
        )  # fmt: skip
        return site.label_journal(journal, cause, "")

    site.plant(["opening balance"] if like else [], rate, str, fault, most=1)


def unmapped_customer(site: Site, rate: float, cause: str) -> None:
    """Enter an invoice by hand in the ledger, for someone whom billing does not know."""
    contact, like = site.edit("xero.contact"), site.single("invoice_finalised")
    if not like:
        return

    def fault(number: int) -> bool:
        contact_id = xero_id("c0c1", number + 1)
        site.add_row(
            "xero.contact", 0, contact_id=contact_id, name=f"Walk-in {number + 1}",
            account_number=None if number % 2 else f"A-{10_000 + number}", email_address=None,
            contact_status="ACTIVE", default_currency=site.currency,
        )  # fmt: skip
        amount = site.random.randint(5_000, 95_000)
        return _add_invoice(site, cause, contact_id, site.day_between(), amount, REVENUE)

    numbers = list(range(len(contact["contact_id"])))
    site.plant(numbers, rate, lambda number: f"{cause} {number}", fault)


def cancellation_not_recorded(site: Site, rate: float, cause: str) -> None:
    """Let the ledger's repeating invoice go on for a customer who has left."""
    ended = _ended_customers(site)
    contact = site.tables["xero.contact"]
    contact_of = dict(zip(contact["account_number"], contact["contact_id"]))
    last: dict[str, tuple[date, int]] = {}
    for document in site.single("invoice_finalised"):
        customer = site.value("stripe.invoice", document.key, "customer_id")
        amount = site.ledger.amounts(document.journal).get(AR, 0)
        if amount > 0 and customer in ended:
            last[customer] = max(last.get(customer, (document.day, amount)), (document.day, amount))

    def fault(customer: str) -> bool:
        day = ended[customer] + timedelta(days=site.random.randint(1, 40))
        if day > site.limit:
            return False
        return _add_invoice(site, cause, contact_of[customer], day, last[customer][1], DEFERRED)

    candidates = sorted(set(last) & set(contact_of))
    site.plant(candidates, rate, lambda customer: f"left {customer}", fault)


def _ended_customers(site: Site) -> dict[str, date]:
    """Return {customer: day of the end} where no subscription lives and no bill came later."""
    history, invoice = site.tables["stripe.subscription_history"], site.tables["stripe.invoice"]
    ends: dict[str, list[date | None]] = {}
    for customer, active, ended_at in zip(
        history["customer_id"], history["_fivetran_active"], history["ended_at"]
    ):
        if active:
            day = ended_at and date.fromordinal(site.day_of(ended_at))
            ends.setdefault(customer, []).append(day)
    billed: dict[str, date] = {}
    for customer, moment in zip(invoice["customer_id"], invoice["created"]):
        if moment is not None:
            day = date.fromordinal(site.day_of(moment))
            billed[customer] = max(day, billed.get(customer, day))
    return {
        customer: max(days)
        for customer, days in ends.items()
        if all(days) and billed.get(customer, max(days)) <= max(days)
    }


def _add_invoice(
    site: Site, cause: str, contact_id: str, day: date, amount: int, account: str
) -> bool:
    """Enter an invoice of one line and its journal, numbered by the ledger itself; label it."""
    like = site.single("invoice_finalised")[0].journal
    invoice, line = site.edit("xero.invoice"), site.edit("xero.invoice_line_item")
    serial, gross = len(site.labels), decimal_amount(amount)
    invoice_id, number = xero_id("1a02", serial), f"INV-{FIRST_OWN_NUMBER + serial}"
    site.add_row(
        "xero.invoice", len(invoice["invoice_id"]) - 1, invoice_id=invoice_id, status="AUTHORISED",
        invoice_number=number, reference=None, contact_id=contact_id, date=day,
        due_date=day + timedelta(days=30), fully_paid_on_date=None, currency_code=site.currency,
        currency_rate=Decimal("1.000000"), sub_total=gross, total_tax=decimal_amount(0),
        total=gross, amount_due=gross, amount_paid=decimal_amount(0),
        amount_credited=decimal_amount(0),
    )  # fmt: skip
    site.add_row(
        "xero.invoice_line_item", len(line["line_item_id"]) - 1, invoice_id=invoice_id,
        line_item_id=xero_id("1a03", serial), account_code=account, description="Subscription",
        quantity=Decimal(1), unit_amount=gross, line_amount=gross, tax_amount=decimal_amount(0),
        tax_type="NONE",
    )  # fmt: skip
    journal = site.ledger.add_entry(
        like, day, number, "ACCREC", invoice_id, {AR: amount, account: -amount}
    )
    return site.label_journal(journal, cause, "")
