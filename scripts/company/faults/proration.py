"""Part of a billing period, counted in the books by another convention than billing counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction

from ..clock import add_months_to_date
from ..fault_ledger import Document
from ..ledger_rules import divide, line_amounts
from .site import AR, DEFERRED, Site, root_of

Part = tuple[datetime, datetime, int]
"""(start, end, months of the price) of a prorated line."""

LARGEST_ROUNDING = 2
NEAR_RATE, RATE_DAYS = 10, 35
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
    parts = _parts_of_periods(site)
    lines = _lines_by_invoice(site, parts)

    def fault(document: Document) -> bool:
        amounts, own = site.ledger.amounts(document.journal), lines[document.key]
        currency = site.value("stripe.invoice", document.key, "currency")
        day = document.day.toordinal()
        conventions = [calendar_days, days_of_30_day_months]
        site.random.shuffle(conventions)
        for convention in conventions:
            shift = sum(
                site.rates.convert(other_amount(site, net, *part, convention), currency, day)
                - site.rates.convert(net, currency, day)
                for net, part in own
            )
            changed = {**amounts, AR: amounts[AR] + shift, DEFERRED: amounts[DEFERRED] - shift}
            # A cent a line could be rounding.
            slips = [_looks_like_a_slip(amounts[code], changed[code]) for code in (AR, DEFERRED)]
            if (
                abs(shift) > max(LARGEST_ROUNDING, len(own))
                and not any(slips)
                and not _looks_like_another_rate(site, document, changed)
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


def _looks_like_another_rate(site: Site, document: Document, amounts: dict[str, int]) -> bool:
    """Return whether the rate of a day nearby makes one of the amounts, or nearly."""
    currency, tax, total = (
        site.value("stripe.invoice", document.key, name) for name in ("currency", "tax", "total")
    )
    if currency.upper() == site.currency:
        return False
    day = document.day.toordinal()
    sides = [(total, amounts[AR]), ((tax or 0) - total, amounts[DEFERRED])]
    return any(
        abs(site.rates.convert(side, currency, day + shift) - amount) <= NEAR_RATE
        for side, amount in sides
        for shift in range(-RATE_DAYS, RATE_DAYS + 1)
        if site.rates.is_published(currency, day + shift)
    )


def _parts_of_periods(site: Site) -> dict[tuple[str, str], Part]:
    """Return {(invoice, line): the part of a period} of the lines that are prorated."""
    price, line = site.tables["stripe.price"], site.tables["stripe.invoice_line_item"]
    months = {
        key: MONTHS.get(interval, 0) * (count or 1)
        for key, interval, count in zip(
            price["id"], price["recurring_interval"], price["recurring_interval_count"]
        )
    }
    return {
        (invoice, key): (start, end, months[price_id])
        for invoice, key, prorated, price_id, start, end in zip(
            line["invoice_id"], line["unique_id"], line["proration"], line["price_id"],
            line["period_start"], line["period_end"],
        )
        if prorated and months.get(price_id) and start < end
    }  # fmt: skip


def _lines_by_invoice(
    site: Site, parts: dict[tuple[str, str], Part]
) -> dict[str, list[tuple[int, Part]]]:
    """Return {invoice: [(net amount, part of a period)]} of the invoices with prorated lines."""
    line, amounts = site.tables["stripe.invoice_line_item"], defaultdict(list)
    for invoice, key, amount in zip(line["invoice_id"], line["unique_id"], line["amount"]):
        amounts[invoice].append((key, amount))
    found = {}
    for invoice in {invoice for invoice, _ in parts}:
        own = sorted(amounts[invoice])
        subtotal, tax, total = (
            site.value("stripe.invoice", invoice, name) for name in ("subtotal", "tax", "total")
        )
        net, _ = line_amounts([amount for _, amount in own], subtotal, tax or 0, total)
        found[invoice] = [
            (amount, parts[invoice, key]) for amount, (key, _) in zip(net, own)
            if (invoice, key) in parts
        ]  # fmt: skip
    return found


def other_amount(
    site: Site,
    amount: int,
    start: datetime,
    end: datetime,
    months: int,
    count: Callable[[date, date], int],
) -> int:
    """Return a prorated amount as another count of its part of the whole period would make it.

    Billing counts seconds, wherever the company is; the books count days of its own calendar.
    """
    whole_start = datetime.combine(add_months_to_date(end.date(), -months), end.time())
    begun, ended = (date.fromordinal(site.day_of(moment)) for moment in (start, end))
    first = add_months_to_date(ended, -months)
    seconds = Fraction((end - start) // SECOND, (end - whole_start) // SECOND)
    share = Fraction(count(begun, ended), count(first, ended)) / seconds
    return divide(amount * share.numerator, share.denominator)
