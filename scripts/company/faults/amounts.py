"""Faults in the amounts of a journal: another sign, other digits, another rate, another payment."""

from __future__ import annotations

from collections import defaultdict

from ..fault_ledger import Document
from ..ledger_rules import exponent, line_amounts
from .site import AR, CLEARING, DEFERRED, FX, SINGLE_EVENTS, TAX, Site, resized


def charge_fee(site: Site, document: Document) -> int:
    """Return the fee of a charge settled in the functional currency, else 0."""
    key = site.value("stripe.charge", document.key, "balance_transaction_id")
    table = "stripe.balance_transaction"
    if key is None or site.value(table, key, "currency").upper() != site.currency:
        return 0
    return site.value(table, key, "fee") or 0


def flip_sign(site: Site, rate: float, cause: str) -> None:
    def change(_: Document, amounts: dict[str, int]) -> dict[str, int]:
        return {code: -amount for code, amount in amounts.items()}

    site.plant_in_journals(cause, rate, sorted(site.single(*SINGLE_EVENTS)), change)


def transpose(site: Site, rate: float, cause: str) -> None:
    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        size = max(amounts.values())
        fee = charge_fee(site, document) if document.kind == "payment" else 0
        choices = [
            swapped for swapped in _swaps(size) if abs(swapped - size) != fee and swapped > 0
        ]
        return resized(amounts, site.random.choice(choices)) if choices else None

    candidates = site.two_lined("payment", "payout_sent", "payout_arrived", "processor_fee")
    site.plant_in_journals(cause, rate, candidates, change)


def _swaps(size: int) -> list[int]:
    """Return the amounts with two neighbouring digits swapped that no other slip would explain."""
    text, found = str(size), []
    for at in range(len(text) - 1):
        left, right = text[at], text[at + 1]
        if left == right or (at == 0 and right == "0"):
            continue
        swapped = int(text[:at] + right + left + text[at + 2 :])
        if max(swapped, size) != 10 * min(swapped, size):
            found.append(swapped)
    return found


def slip_decimal(site: Site, rate: float, cause: str) -> None:
    def change(_: Document, amounts: dict[str, int]) -> dict[str, int]:
        shrinks = all(amount % 10 == 0 for amount in amounts.values())
        if shrinks and site.random.random() < 0.5:
            return {code: amount // 10 for code, amount in amounts.items()}
        return {code: amount * 10 for code, amount in amounts.items()}

    site.plant_in_journals(cause, rate, sorted(site.single(*SINGLE_EVENTS)), change)


def keep_fee(site: Site, rate: float, cause: str) -> None:
    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        fee, size = charge_fee(site, document), max(amounts.values())
        return resized(amounts, size - fee) if 2 < fee < size // 2 else None

    site.plant_in_journals(cause, rate, site.two_lined("payment"), change)


def _foreign(site: Site, *kinds: str) -> list[Document]:
    """Return documents of one journal in another currency than the ledger's."""
    tables = {"invoice_finalised": "stripe.invoice", "payment": "stripe.charge"}
    return [
        document
        for document in site.single(*kinds)
        if site.value(tables[document.kind], document.key, "currency").upper() != site.currency
    ]


def unconverted(site: Site, rate: float, cause: str) -> None:
    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        if document.kind == "payment":
            currency = site.value("stripe.charge", document.key, "currency")
            amount = site.value("stripe.charge", document.key, "amount_captured")
            size = amount * 10 ** (2 - exponent(currency))
            changed = {CLEARING: size, AR: -size}
        else:
            currency, total, tax = (
                site.value("stripe.invoice", document.key, name)
                for name in ("currency", "total", "tax")
            )
            scale = 10 ** (2 - exponent(currency))
            total, tax = total * scale, (tax or 0) * scale
            changed = {AR: total, DEFERRED: tax - total, TAX: -tax}
        before = amounts.get(AR, 0)
        differs = abs(changed[AR] - before) * 100 > abs(before)
        if not differs or not set(amounts) - {FX} <= set(changed):
            return None
        return {code: value for code, value in changed.items() if value}

    site.plant_in_journals(cause, rate, _foreign(site, "invoice_finalised", "payment"), change)


def other_rate(site: Site, rate: float, cause: str) -> None:
    lines: dict[str, list[tuple[str, int]]] = defaultdict(list)
    line = site.tables["stripe.invoice_line_item"]
    for key, unique_id, amount in zip(line["invoice_id"], line["unique_id"], line["amount"]):
        lines[key].append((unique_id, amount))

    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        currency, subtotal, tax, total = (
            site.value("stripe.invoice", document.key, name)
            for name in ("currency", "subtotal", "tax", "total")
        )
        own = [amount for _, amount in sorted(lines[document.key])]
        net, tax = line_amounts(own, subtotal, tax or 0, total)
        day = document.day.toordinal() + site.random.randint(5, 20)
        deferred = -sum(site.rates.convert(amount, currency, day) for amount in net)
        taxed = -sum(site.rates.convert(amount, currency, day) for amount in tax)
        before = amounts.get(AR, 0)
        if abs(before + deferred + taxed) * 500 < abs(before) or not before:
            return None
        changed = {AR: -deferred - taxed, DEFERRED: deferred, TAX: taxed}
        return {code: value for code, value in changed.items() if value}

    site.plant_in_journals(cause, rate, _foreign(site, "invoice_finalised"), change)


def round_off(site: Site, rate: float, cause: str) -> None:
    def change(_: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        size = max(amounts.values())
        return resized(amounts, size + site.random.choice((-2, -1, 1, 2))) if size > 999 else None

    candidates = site.two_lined("payment", "payout_sent", "payout_arrived")
    site.plant_in_journals(cause, rate, candidates, change)


def garble(site: Site, rate: float, cause: str) -> None:
    """Book a payment at more than was paid, for no reason that the figures would show."""

    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        size, fee = max(amounts.values()), charge_fee(site, document)
        changed = size + size * site.random.randint(13, 41) // 100 + 7
        is_slip = sorted(str(changed)) == sorted(str(size)) or changed - size == fee
        return None if is_slip or size <= 999 else resized(amounts, changed)

    site.plant_in_journals(cause, rate, site.domestic_payments(), change)


def half_paid(site: Site, rate: float, cause: str) -> None:
    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        size = max(amounts.values())
        return resized(amounts, size // 2) if size > 999 else None

    site.plant_in_journals(cause, rate, site.two_lined("payment"), change)
