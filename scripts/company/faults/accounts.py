"""Faults of place: the right amount on another account or on another customer."""

from __future__ import annotations

from ..fault_ledger import Document
from .hand import add_manual
from .site import (
    DEFERRED,
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


def wrong_account(site: Site, rate: float, cause: str) -> None:
    def fault(document: Document) -> bool:
        if not site.ledger.amounts(document.journal).get(DEFERRED):
            return False
        site.ledger.set_account(document.journal, DEFERRED, REVENUE)
        return site.label_journal(document.journal, cause, document.key)

    site.plant(site.single("invoice_finalised"), rate, root_of, fault)


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
    account = site.edit("xero.account")
    if SUSPENSE not in account["code"]:
        values = {"account_id": "5a5a0000-acc0-4000-8000-000000009999", "code": SUSPENSE,
                  "name": "Suspense", "type": "CURRENT", "class": "ASSET"}  # fmt: skip
        for name, column in account.items():
            column.append(values.get(name, column[-1]))
    site.ledger.account[SUSPENSE] = (
        account["account_id"][account["code"].index(SUSPENSE)], "Suspense", "CURRENT"
    )  # fmt: skip
    add_manual(site, rate, cause, ("To be clarified",), ((SUSPENSE, OPERATING),))
