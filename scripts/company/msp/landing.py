"""The deals as raw tables: agreements, vendor counts and metered events, each system with its own words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any


from ..tables import COLUMNS, Table, Tables
from .catalogue import METER_NAMES, STORAGE, VENDORS
from .plan import Calendar, Client, Deal, Holding, Line

_MORNING = dt.timedelta(days=1, hours=6)
_FREE_SKU = "NBL-VIEWER-FREE"


def next_morning(day: dt.date) -> dt.datetime:
    """When the rows of a day are loaded."""
    return dt.datetime.combine(day, dt.time()) + _MORNING


def as_table(name: str, rows: list[tuple[Any, ...]]) -> Table:
    """Rows in contract order as columns."""
    return {column: [row[position] for row in rows] for position, column in enumerate(COLUMNS[name])}


def land_quantities(deals: list[Deal]) -> Tables:
    """All raw tables of quantities but the invoices' own."""
    lines = [(deal, line) for deal in deals for line in deal.lines]
    events, windows = _events(deals)
    return {
        "agreements.agreement_line": as_table("agreements.agreement_line", [_line(*pair) for pair in lines]),
        "agreements.agreement_tier": as_table("agreements.agreement_tier", _tiers(lines)),
        "vendor_counts.unit_count": as_table("vendor_counts.unit_count", _counts(deals)),
        "metering.usage_event": as_table("metering.usage_event", events),
        "stripe.meter_event_summary": as_table("stripe.meter_event_summary", windows),
    }


def client_in_agreements(client: Client) -> str:
    """How the agreements name a client: every other one by billing's id."""
    return client.id if client.number % 2 else client.name


def _is_free(line: Line) -> bool:
    """Whether nothing is ever charged by a version."""
    return bool(line.bundled_in) or line.kind in ("trial", "internal")


def _line(deal: Deal, line: Line) -> tuple[Any, ...]:
    """Row of agreements.agreement_line; what is never charged has the price 0."""
    terms = line.terms
    if _is_free(line):
        terms = terms._replace(model="per_unit", price=Decimal(0), tiers=(), package=None, included=None, minimum=None)
    updated = dt.datetime.combine(line.start - dt.timedelta(days=6), dt.time(15, 20))
    return (
        line.id, line.agreement, client_in_agreements(deal.client), deal.service.id, line.basis, line.measure,
        line.committed, terms.included, terms.minimum, terms.model, terms.package, terms.price, line.cost,
        line.proration, line.timing, line.kind, line.bundled_in, deal.client.currency, line.start, line.end,
        updated, next_morning(updated.date()),
    )  # fmt: skip


def _tiers(lines: list[tuple[Deal, Line]]) -> list[tuple[Any, ...]]:
    """Rows of agreements.agreement_tier."""
    return [
        (line.id, number, tier.up_to, tier.price, tier.flat, next_morning(line.start - dt.timedelta(days=6)))
        for _, line in lines if not _is_free(line)
        for number, tier in enumerate(line.terms.tiers, start=1)
    ]  # fmt: skip


def _counts(deals: list[Deal]) -> list[tuple[Any, ...]]:
    """Rows of vendor_counts.unit_count, a row per name, SKU, kind and day; free seats that nobody bills besides."""
    rows = []
    for deal in deals:
        for held in deal.holdings:
            rows += _days(held, deal.service.cost * held.units, deal.client.currency)
    rows += _free_seats(deals[0].client, deals[0].calendar)
    return rows


def _days(held: Holding, cost: Decimal, currency: str) -> list[tuple[Any, ...]]:
    """A row per day on which the units are held."""
    vendor, rows, day = VENDORS.index(held.vendor) + 1, [], held.first
    while day < held.until:
        key = f"uc{vendor}:{day:%y%m%d}:{held.reference}:{held.sku}:{held.kind}".lower().replace(" ", "_")
        # Every vendor but one says what the units cost; the agreements know it too.
        price, code = (None, None) if held.vendor == STORAGE else (cost, currency.upper())
        cancelled = held.cancelled_on if held.cancelled_on and held.cancelled_on <= day else None
        rows.append((key, held.vendor, day, held.reference, held.sku, held.quantity, held.inactive, held.kind,
                     cancelled, price, code, held.is_estimated or None, next_morning(day)))  # fmt: skip
        day += dt.timedelta(days=1)
    return rows


def _free_seats(client: Client, calendar: Calendar) -> list[tuple[Any, ...]]:
    """Viewer seats that cost nothing: mapped to be left out."""
    first, until = calendar.bounds(0)
    held = Holding(VENDORS[0], client.name.upper(), _FREE_SKU, "standard", first, until, 40)
    return _days(held, Decimal(0), client.currency)


def _events(deals: list[Deal]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Rows of metering.usage_event, and of stripe.meter_event_summary for what Stripe's meter counts by day."""
    events, windows = [], []
    for deal in deals:
        meter, client = METER_NAMES.get(deal.service.id), deal.client
        for event in deal.events:
            loaded = next_morning(event.recorded.date())
            if deal.service.id == "text_alerts":
                start = dt.datetime.combine(event.occurred.date(), dt.time())
                end = start + dt.timedelta(days=1)
                windows.append((event.id.replace("ev-ta", "mes"), meter, client.id, event.quantity, start, end,
                                True, next_morning(start.date())))  # fmt: skip
                continue
            site = f"{client.word.lower()}.example"
            events.append((event.id, meter, site, None, event.quantity, event.occurred, event.recorded,
                           event.corrects, loaded))  # fmt: skip
    return events, windows


