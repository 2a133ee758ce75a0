"""What billing itself says twice."""

from __future__ import annotations

from ..fault_ledger import Document
from ..ledger_xero import decimal_amount
from .site import Site, root_of


def duplicate_expected(site: Site, rate: float, cause: str) -> None:
    """Land a grant of credit a second time under another id; the books have it once.

    A grant stands alone. A second payment, credit note or refund would change what its invoice
    owes or earns from then on, and so what is expected of documents that are right.
    """
    table = "stripe.customer_balance_transaction"

    def fault(document: Document) -> bool:
        key = f"cbtxn_1face{len(site.labels) + 1:08x}"
        site.add_row(table, site.row_of(table, document.key), id=key)
        amount = decimal_amount(site.ledger.size(document.journal))
        return site.label(table, key, cause, amount, site.currency, key)

    site.plant(site.single("customer_balance_granted"), rate, root_of, fault)
