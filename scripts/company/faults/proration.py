"""Part of a billing period, counted in the books by another convention than billing counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction

from ..clock import add_months_to_date
from ..fault_ledger import Document
from ..ledger_rules import divide
from .site import AR, DEFERRED, Site, root_of

LARGEST_ROUNDING = 2
SECOND = timedelta(seconds=1)
MONTHS = {"month": 1, "year": 12}
"""{interval of a price: its months}; prices of other intervals are left alone."""


def calendar_days(start: date, end: date) -> int:
    """Return the days from one date to another."""
    return (end - start).days


def days_of_30_day_months(start: date, end: date) -> int:
    """Return the days from one date to another where every month has 30."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * 30 + min(end.day, 30) - min(start.day, 30)


def prorated_otherwise(site: Site, rate: float, cause: str) -> None:
    """Book an invoice with its prorated lines counted by days or by months of 30 days."""
    lines = _prorated_lines(site)

    def fault(document: Document) -> bool:
        amounts = site.ledger.amounts(document.journal)
        conventions = [calendar_days, days_of_30_day_months]
        site.random.shuffle(conventions)
        for convention in conventions:
            own = lines[document.key]
            shift = sum(other_amount(site, *line, convention) - line[0] for line in own)
            changed = {**amounts, AR: amounts[AR] + shift, DEFERRED: amounts[DEFERRED] - shift}
            if abs(shift) > LARGEST_ROUNDING and not any(
                _looks_like_a_slip(amounts[code], changed[code]) for code in (AR, DEFERRED)
            ):
                site.ledger.set_amounts(document.journal, changed)
                return site.label_journal(document.journal, cause, document.key)
        return False

    candidates = [
        document
        for document in site.single("invoice_finalised")
        if document.key in lines and {AR, DEFERRED} <= set(site.ledger.amounts(document.journal))
    ]
    site.plant(candidates, rate, root_of, fault)


def _looks_like_a_slip(before: int, after: int) -> bool:
    """Return whether another cause would explain the change: sign, digits, a zero, nothing left."""
    small, large = sorted((abs(before), abs(after)))
    same_digits = sorted(str(small)) == sorted(str(large))
    return before * after <= 0 or same_digits or large == 10 * small


def _prorated_lines(site: Site) -> dict[str, list[tuple[int, datetime, datetime, int]]]:
    """Return {invoice: [(amount, start, end, months of the price)]} of plain invoices."""
    price, line = site.tables["stripe.price"], site.tables["stripe.invoice_line_item"]
    months = {
        key: MONTHS.get(interval, 0) * (count or 1)
        for key, interval, count in zip(
            price["id"], price["recurring_interval"], price["recurring_interval_count"]
        )
    }
    found: dict[str, list[tuple[int, datetime, datetime, int]]] = defaultdict(list)
    for key, amount, prorated, price_id, start, end in zip(
        line["invoice_id"], line["amount"], line["proration"], line["price_id"],
        line["period_start"], line["period_end"],
    ):  # fmt: skip
        if prorated and months.get(price_id) and start < end:
            found[key].append((amount, start, end, months[price_id]))
    return {key: own for key, own in found.items() if _is_plain(site, key)}


def _is_plain(site: Site, invoice: str) -> bool:
    """Return whether an invoice is without discount and in the ledger's own currency."""
    currency, subtotal, tax, total = (
        site.value("stripe.invoice", invoice, name)
        for name in ("currency", "subtotal", "tax", "total")
    )
    return currency.upper() == site.currency and subtotal + (tax or 0) == total


def other_amount(
    site: Site,
    amount: int,
    start: datetime,
    end: datetime,
    months: int,
    count: Callable[[date, date], int],
) -> int:
    """Return a prorated amount as another count of its part of the whole period would make it."""
    whole_start = datetime.combine(add_months_to_date(end.date(), -months), end.time())
    first, begun, ended = (
        date.fromordinal(site.day_of(moment)) for moment in (whole_start, start, end)
    )
    seconds = Fraction((end - start) // SECOND, (end - whole_start) // SECOND)
    share = Fraction(count(begun, ended), count(first, ended)) / seconds
    return divide(amount * share.numerator, share.denominator)
