"""Faults of place: the right amount on another account or on another customer."""

from __future__ import annotations

from ..fault_ledger import Document
from .hand import add_manual
from .site import (
    BALANCES,
    CLEARING,
    DEFERRED,
    EXTERNAL,
    OPERATING,
    REVENUE,
    SUSPENSE,
    TAX,
    Site,
    root_of,
)


def tax_in_revenue(site: Site, rate: float, cause: str) -> None:
    def change(_: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        if not amounts.get(TAX) or DEFERRED not in amounts:
            return None
        tax = amounts.pop(TAX)
        return {**amounts, DEFERRED: amounts[DEFERRED] + tax}

    candidates = [
        document
        for document in site.single("invoice_finalised")
        if TAX in site.ledger.amounts(document.journal)
    ]
    site.plant_in_journals(cause, rate, candidates, change)


def _move_line(
    site: Site, rate: float, cause: str, candidates: list[Document], moves: dict[str, str]
) -> None:
    """Book the line of one account of a journal on another account."""

    def fault(document: Document) -> bool:
        amounts = site.ledger.amounts(document.journal)
        old = next((code for code in moves if amounts.get(code)), None)
        if old is None or moves[old] in amounts:
            return False
        site.ledger.set_account(document.journal, old, moves[old])
        return site.label_journal(document.journal, cause, document.key)

    site.plant(candidates, rate, root_of, fault)


def recognised_on_invoice_date(site: Site, rate: float, cause: str) -> None:
    """All of an invoice is revenue on the day of the invoice, whenever the service is delivered."""
    _move_line(site, rate, cause, site.single("invoice_finalised"), {DEFERRED: REVENUE})


def wrong_account(site: Site, rate: float, cause: str) -> None:
    """An invoice stands on the customer balances, or a payment with those outside the processor."""
    candidates = site.single("invoice_finalised", "payment")
    _move_line(site, rate, cause, candidates, {DEFERRED: BALANCES, CLEARING: EXTERNAL})


def wrong_customer(site: Site, rate: float, cause: str) -> None:
    contacts = site.tables["xero.contact"]["contact_id"]
    if len(contacts) < 2:
        return
    invoice = site.edit("xero.invoice")
    position = {key: row for row, key in enumerate(invoice["reference"])}

    def fault(document: Document) -> bool:
        row = position[document.key]
        others = site.random.sample(contacts, 2)
        invoice["contact_id"][row] = others[invoice["contact_id"][row] == others[0]]
        return site.label_journal(document.journal, cause, document.key)

    site.plant(site.single("invoice_finalised"), rate, root_of, fault)


def unmapped_account(site: Site, rate: float, cause: str) -> None:
    """Money waits on an account without a role: paid by hand, or where a payment should clear."""
    account = site.edit("xero.account")
    if SUSPENSE not in account["code"]:
        site.add_row(
            "xero.account", len(account["code"]) - 1, code=SUSPENSE,
            account_id="5a5a0000-acc0-4000-8000-000000009999", name="Suspense", type="CURRENT",
            **{"class": "ASSET"},
        )  # fmt: skip
    site.ledger.account[SUSPENSE] = (
        account["account_id"][account["code"].index(SUSPENSE)], "Suspense", "CURRENT"
    )  # fmt: skip
    add_manual(site, rate, cause, ("To be clarified",), ((SUSPENSE, OPERATING),))
    _move_line(site, rate, cause, site.two_lined("payment"), {CLEARING: SUSPENSE})
