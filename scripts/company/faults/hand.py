"""Journals made by hand: no billing event stands behind them."""

from __future__ import annotations

from .site import AR, DEFERRED, REVENUE, Site


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
