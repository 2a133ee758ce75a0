"""Money that only one of billing and processor knows."""

from __future__ import annotations

from ..fault_ledger import Document, FaultLedger, without
from ..ledger_rules import Table, exponent
from ..ledger_xero import decimal_amount
from .bank import bank_lines_by_payout
from .site import PAYOUT_EVENTS, Site, resized, root_of


def unbacked_charge(site: Site, rate: float, cause: str) -> None:
    """Remove the money behind a charge: its transaction, its fee, its part of the payout."""
    lines = bank_lines_by_payout(site)
    mapping = site.edit("stripe.payout_balance_transaction")
    transaction = site.edit("stripe.balance_transaction")
    payout = site.edit("stripe.payout")
    bank = site.edit("bank_statement.statement_line")
    payout_of = dict(zip(mapping["balance_transaction_id"], mapping["payout_id"]))
    row_of = {key: row for row, key in enumerate(transaction["id"])}
    payout_row = {key: row for row, key in enumerate(payout["id"])}
    gone: set[str] = set()

    def fault(document: Document) -> bool:
        row = row_of.get(site.value("stripe.charge", document.key, "balance_transaction_id"))
        if row is None or transaction["currency"][row].upper() != site.currency:
            return False
        net, fee, key = transaction["net"][row], transaction["fee"][row], transaction["id"][row]
        day = site.fee_day(transaction["created"][row])
        swept = payout_of.get(key)
        journals = [
            site.journal_of.get((kind, swept)) for kind in ("payout_sent", "payout_arrived")
        ]
        fees = site.journal_of.get(("processor_fee", day))
        if {day, swept} & site.used or swept not in lines or None in journals or fees is None:
            return False
        if site.events_of[swept] != PAYOUT_EVENTS or payout["amount"][payout_row[swept]] <= net:
            return False
        site.used.update((day, swept))
        gone.add(key)
        lower_payout(transaction, payout, bank, row_of, payout_row[swept], lines[swept], net)
        for journal, amount in [(journals[0], net), (journals[1], net), (fees, fee)]:
            shrink(site.ledger, journal, amount)
        amount = decimal_amount(site.value("stripe.charge", document.key, "amount"))
        return site.label(
            "stripe.charge", document.key, cause, amount, site.currency, document.key
        )

    site.plant(site.domestic_payments(), rate, root_of, fault)
    lost = {row for row, key in enumerate(mapping["balance_transaction_id"]) if key in gone}
    site.changed["stripe.payout_balance_transaction"] = without(mapping, lost)
    rows = {row_of[key] for key in gone}
    site.changed["stripe.balance_transaction"] = without(transaction, rows)


def charge_without_invoice(site: Site, rate: float, cause: str) -> None:
    """Add money at the processor, paid out with the rest, that belongs to no invoice.

    Half of these charges billing does not know either. None is in the books, but the payout and the
    day's fees are, as the processor reports them.
    """
    lines = bank_lines_by_payout(site)
    transaction = site.edit("stripe.balance_transaction")
    payout, bank = site.edit("stripe.payout"), site.edit("bank_statement.statement_line")
    mapping = site.edit("stripe.payout_balance_transaction")
    payout_of = dict(zip(mapping["balance_transaction_id"], mapping["payout_id"]))
    swept_row = {key: row for row, key in enumerate(mapping["balance_transaction_id"])}
    row_of = {key: row for row, key in enumerate(transaction["id"])}

    def fault(document: Document) -> bool:
        row = row_of.get(site.value("stripe.charge", document.key, "balance_transaction_id"))
        if row is None or transaction["currency"][row].upper() != site.currency:
            return False
        swept = payout_of.get(transaction["id"][row])
        day = site.fee_day(transaction["created"][row])
        journals = [
            site.journal_of.get((kind, swept)) for kind in ("payout_sent", "payout_arrived")
        ]
        fees = site.journal_of.get(("processor_fee", day))
        if {day, swept} & site.used or swept not in lines or None in journals or fees is None:
            return False
        if site.events_of[swept] != PAYOUT_EVENTS:
            return False
        site.used.update((day, swept))
        amount, number = site.random.randint(3_000, 90_000), len(site.labels) + 1
        fee = amount * 29 // 1000 + 30
        charge, key = f"ch_1face{number:08x}", f"txn_1face{number:08x}"
        moment = transaction["created"][row]
        site.add_row(
            "stripe.balance_transaction", row, id=key, amount=amount, fee=fee, net=amount - fee,
            source=charge, description="Charge",
        )  # fmt: skip
        site.add_row(
            "stripe.payout_balance_transaction", swept_row[transaction["id"][row]],
            balance_transaction_id=key,
        )  # fmt: skip
        own = site.row_of("stripe.payout", swept)
        lower_payout(transaction, payout, bank, row_of, own, lines[swept], fee - amount)
        for journal, less in zip((*journals, fees), (fee - amount, fee - amount, -fee)):
            shrink(site.ledger, journal, less)
        value = decimal_amount(amount)
        if site.random.random() < 0.5:
            table = "stripe.balance_transaction"
            return site.label(table, key, cause, value, site.currency, charge)
        site.add_row(
            "stripe.charge", site.row_of("stripe.charge", document.key), id=charge, amount=amount,
            amount_captured=amount, balance_transaction_id=key, invoice_id=None,
            payment_intent_id=None, description="Charge", created=moment, amount_refunded=0,
            refunded=False,
        )  # fmt: skip
        return site.label("stripe.charge", charge, cause, value, site.currency, charge)

    site.plant(site.domestic_payments(), rate, root_of, fault)


def lower_payout(
    transaction: Table,
    payout: Table,
    bank: Table,
    row_of: dict[str, int],
    payout_row: int,
    bank_row: int,
    amount: int,
) -> None:
    """Take an amount out of a payout, its own transaction and its deposit."""
    payout["amount"][payout_row] -= amount
    own = row_of.get(payout["balance_transaction_id"][payout_row])
    if own is not None:
        transaction["amount"][own] += amount
        transaction["net"][own] += amount
    digits = exponent(payout["currency"][payout_row])
    bank["amount"][bank_row] -= decimal_amount(amount, digits)


def shrink(ledger: FaultLedger, journal: int, amount: int) -> None:
    """Lower a two-line journal by an amount; nothing left means no journal."""
    amounts = ledger.amounts(journal)
    size = max(amounts.values()) - amount
    if size:
        ledger.set_amounts(journal, resized(amounts, size))
    else:
        ledger.drop(journal)
