"""Plants known faults in the deals of a provider and says what each of them costs.

A deal has one fault at most, and none where something unusual is right. `shift` of a label is what
was invoiced less what should have been: negative is money that nobody asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import NamedTuple

from . import catalogue
from .catalogue import Service
from .plan import Charge, Client, Deal, Event, Holding, Line
from .rating import half_up, price_of


class Label(NamedTuple):
    """A planted fault or context of one client, service and month.

    `expected` is the cause or the context class; `units` the difference in service units, `shift` in
    cents, both as invoiced less right; `reference` is the name that no mapping knows.
    """

    label_class: str
    kind: str
    expected: str
    client: Client
    service: Service
    month: int
    units: Fraction
    shift: int
    reference: str = ""


Plant = Callable[["Site", Deal, int], list[Label]]
UNMAPPED_SKU = "NBL-INSIGHT"
_GRACE = dt.timedelta(hours=1)
ISSUED_AT = dt.timedelta(hours=6)
"""After the midnight that starts a month, its invoices are issued."""


class Site:
    """The deals, and a random stream for the fault that is being planted."""

    def __init__(self, deals: list[Deal], rng: Random) -> None:
        self.deals, self.rng = deals, rng

    def free(self) -> Iterator[Deal]:
        """Deals without fault or context, in a random order."""
        order = [deal for deal in self.deals if not deal.fault and not deal.contexts and deal.lines]
        self.rng.shuffle(order)
        return iter(order)


def label_of(deal: Deal, kind: str, month: int, expected: str | None = None) -> Label:
    """The label of what a month's charges are off by."""
    billed, due = deal.charges(month), deal.due(month)
    units = sum((charge.quantity for charge in billed), Fraction(0))
    units -= sum((charge.quantity for charge in due), Fraction(0))
    shift = sum(charge.cents for charge in billed) - deal.cents_due(month)
    return Label("fault", kind, expected or FAULTS[kind].cause, deal.client, deal.service, month, units, shift)


def _one_line(deal: Deal, month: int) -> Line | None:
    """The version of a month that was charged alone, priced by the unit and without a minimum; else None."""
    rated = deal.rated(month)
    if len(rated) != 1 or len(deal.due(month)) != 1:
        return None
    line = rated[0][0]
    return line if line.terms.model != "package" and line.terms.minimum is None else None


def _billed_at(line: Line, quantity: Fraction) -> Charge:
    """A charge for another quantity by the terms of a version."""
    price = line.terms.price if line.terms.model == "per_unit" else None
    return Charge(quantity, price, half_up(price_of(line.terms, quantity) * 100))


def _other_quantity(deal: Deal, month: int, kind: str, sign: int) -> list[Label]:
    """A month invoiced with more or fewer units than are due."""
    line = _one_line(deal, month)
    if line is None or deal.service.kind == "labour":
        return []
    due = deal.due(month)[0].quantity
    change = max(1, int(due * 15 / 100))
    if due <= change:
        return []
    deal.overrides[month] = [_billed_at(line, due + sign * change)]
    return [label_of(deal, kind, month)]


def _under(site: Site, deal: Deal, month: int) -> list[Label]:
    return _other_quantity(deal, month, "quantity_under", -1)


def _over(site: Site, deal: Deal, month: int) -> list[Label]:
    return _other_quantity(deal, month, "quantity_over", 1)


def _count_above(site: Site, deal: Deal, month: int) -> list[Label]:
    """The vendor counts more than was agreed and invoiced, all month."""
    line = _one_line(deal, month)
    if line is None or line.basis != "committed" or not deal.holdings or line.terms.price is None:
        return []
    more = 1 + site.rng.randrange(4)
    deal.hold_from(deal.calendar.first(month), more, deal.calendar.first(month + 1))
    shift = -half_up(more * Fraction(line.terms.price) * 100)
    return [label_of(deal, "count_above_agreement", month)._replace(units=Fraction(-more), shift=shift)]


def _price(site: Site, deal: Deal, month: int) -> list[Label]:
    """The right quantity at another price."""
    line = _one_line(deal, month)
    if line is None or line.terms.model != "per_unit":
        return []
    due = deal.due(month)[0]
    assert due.price is not None
    factor = Decimal("1.08") if site.rng.random() < 0.5 else Decimal("0.91")
    price = (due.price * factor).quantize(Decimal("0.0001"))
    deal.overrides[month] = [Charge(due.quantity, price, half_up(due.quantity * Fraction(price) * 100))]
    return [label_of(deal, "price_mismatch", month)]


def _unbilled(site: Site, deal: Deal, month: int) -> list[Label]:
    """Due, and on no invoice."""
    if not deal.cents_due(month):
        return []
    deal.overrides[month] = []
    return [label_of(deal, "unbilled_service", month)]


def _not_used(site: Site, deal: Deal, month: int) -> list[Label]:
    """Nothing is counted any more, and the month is invoiced like the one before."""
    line = _one_line(deal, month - 1)
    if line is None or line.basis != "vendor_count" or len(deal.rated(month)) != 1:
        return []
    before = deal.due(month - 1)
    deal.drop_holdings(deal.calendar.first(month))
    deal.overrides[month] = before
    return [label_of(deal, "billed_not_used", month)]


def _ended(site: Site, deal: Deal, month: int) -> list[Label]:
    """The agreement has ended, and is invoiced on."""
    line = _one_line(deal, month - 1)
    if line is None or line.basis == "metered" or line.end is not None:
        return []
    before = deal.due(month - 1)
    line.end = deal.calendar.first(month)
    deal.drop_holdings(line.end)
    billed = [later for later in range(month, min(month + 2, deal.calendar.months)) if deal.is_billed(later)]
    deal.overrides |= {later: before for later in billed}
    return [label_of(deal, "agreement_ended", later) for later in billed]


def _superseded(site: Site, deal: Deal, month: int) -> list[Label]:
    """A new version holds from this month on; the month is invoiced by the old one."""
    line = _one_line(deal, month - 1)
    if line is None or line.end is not None or line.basis == "metered" or len(deal.lines) > 1:
        return []
    before, day = deal.due(month - 1), deal.calendar.first(month)
    if line.basis != "committed" and line.terms.price is None:
        return []
    _, new = deal.split(day)
    if new.basis == "committed" and deal.holdings:
        new.committed = (new.committed or 0) + 2
        deal.hold_from(day, 2)
        deal.overrides[month] = before
    else:
        assert line.terms.price is not None
        new.terms = line.terms._replace(price=(line.terms.price * Decimal("1.06")).quantize(Decimal("0.0001")))
        due = deal.due(month)
        deal.overrides[month] = [_billed_at(line, charge.quantity) for charge in due]
    return [label_of(deal, "agreement_superseded", month)]


def _unmapped(deal: Deal, month: int, kind: str, held: Holding) -> list[Label]:
    """A month of units under a name that no mapping knows."""
    first, until = deal.calendar.bounds(month)
    deal.holdings.append(replace(held, first=first, until=until, is_mapped=False, inactive=None))
    cost = half_up(held.quantity * Fraction(deal.service.cost * held.units) * 100)
    return [label_of(deal, kind, month)._replace(
        units=Fraction(-held.quantity), shift=-cost, reference=held.reference if kind == "client_unmapped" else held.sku)]


def _client_unmapped(site: Site, deal: Deal, month: int) -> list[Label]:
    """The vendor knows the client by another name too, and nobody has said whose that is."""
    if deal.service.vendor not in (catalogue.LICENCES, catalogue.BACKUP) or deal.service.units != 1:
        return []
    held = replace(deal.holdings[0], reference=f"Branch {site.rng.randrange(100, 1000)} of {deal.client.word}",
                   quantity=3 + site.rng.randrange(5))
    return _unmapped(deal, month, "client_unmapped", held)


def _service_unmapped(site: Site, deal: Deal, month: int) -> list[Label]:
    """The vendor has a new product that nobody has given a service."""
    if deal.service.vendor != catalogue.LICENCES:
        return []
    taken = {held.reference for other in site.deals for held in other.holdings if held.sku == UNMAPPED_SKU}
    if deal.holdings[0].reference in taken:
        return []
    held = replace(deal.holdings[0], sku=UNMAPPED_SKU, quantity=2 + site.rng.randrange(6))
    return _unmapped(deal, month, "service_unmapped", held)


def _below_cost(site: Site, deal: Deal, month: int) -> list[Label]:
    """For one month the agreed price is less than what the vendor takes."""
    line = _one_line(deal, month)
    if line is None or line.terms.model != "per_unit" or line.end is not None or len(deal.lines) > 1:
        return []
    _, cheap = deal.split(deal.calendar.first(month))
    _, after = deal.split(deal.calendar.first(month + 1))
    after.terms = line.terms
    price = (line.cost * Decimal("0.9")).quantize(Decimal("0.0001"))
    cheap.terms = line.terms._replace(price=price)
    due = deal.due(month)[0]
    loss = half_up(due.quantity * Fraction(price - line.cost) * 100)
    return [label_of(deal, "price_below_cost", month)._replace(shift=loss)]


def _late(site: Site, deal: Deal, month: int) -> list[Label]:
    """Events that the meter learned of when their month had been invoiced."""
    if deal.service.id not in ("voice_minutes", "print_pages"):
        return []
    before, (first, until) = deal.due(month), deal.calendar.bounds(month)
    issued, last = dt.datetime.combine(until, dt.time()) + ISSUED_AT, until - dt.timedelta(days=3)
    each = Decimal(600 + site.rng.randrange(400))
    for number in range(3):
        occurred = dt.datetime.combine(last, dt.time(9, 30 + number))
        recorded = issued + _GRACE + dt.timedelta(days=number * 4, minutes=31)
        deal.events.append(Event(f"{deal.events[0].id}-late{number}", each, occurred, recorded))
    deal.overrides[month] = before
    return [label_of(deal, "late_events", month)]


def _copies(site: Site, deal: Deal, month: int) -> list[Label]:
    """Events that the meter sent twice, and the invoice counted twice."""
    if deal.service.id not in ("voice_minutes", "print_pages"):
        return []
    first, until = deal.calendar.bounds(month)
    own = [event for event in deal.events if first <= event.occurred.date() < until
           and event.quantity > 0 and not event.is_copy]
    own.sort(key=lambda event: -event.quantity)
    copied = {event.occurred for event in deal.events if event.is_copy}
    copies = [
        replace(event, id=f"{event.id}-x", recorded=event.recorded + dt.timedelta(minutes=11), is_copy=True)
        for event in own[:4] if event.occurred not in copied
    ]  # fmt: skip
    # What the invoice takes for used: the copies are events like any other.
    deal.events += [replace(event, is_copy=False) for event in copies]
    deal.overrides[month] = deal.due(month)
    deal.events[-len(copies):] = copies
    return [label_of(deal, "duplicates_billed", month)]


class Fault(NamedTuple):
    """How a fault is planted, the cause that the reconciliation should name, the default share of deals."""

    plant: Plant
    cause: str
    rate: float


FAULTS: dict[str, Fault] = {
    "late_events": Fault(_late, "quantity_mismatch", 0.015),
    "duplicates_billed": Fault(_copies, "quantity_mismatch", 0.015),
    "client_unmapped": Fault(_client_unmapped, "mapping_missing", 0.012),
    "service_unmapped": Fault(_service_unmapped, "mapping_missing", 0.009),
    "billed_not_used": Fault(_not_used, "billed_not_used", 0.015),
    "count_above_agreement": Fault(_count_above, "quantity_mismatch", 0.015),
    "price_below_cost": Fault(_below_cost, "price_below_cost", 0.012),
    "agreement_superseded": Fault(_superseded, "stale_agreement", 0.015),
    "agreement_ended": Fault(_ended, "stale_agreement", 0.012),
    "price_mismatch": Fault(_price, "price_mismatch", 0.02),
    "quantity_under": Fault(_under, "quantity_mismatch", 0.02),
    "quantity_over": Fault(_over, "quantity_mismatch", 0.02),
    "unbilled_service": Fault(_unbilled, "unbilled_service", 0.02),
}
"""In the order of planting, those that fit the fewest deals first."""


def parse_rates(text: str) -> dict[str, float]:
    """Return the rates of `none`, `default` or `kind=rate,...`; ValueError with one line for anything else."""
    text = text.strip()
    if text == "none":
        return {}
    if text == "default":
        return {kind: fault.rate for kind, fault in FAULTS.items()}
    rates: dict[str, float] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        kind, _, value = (part.strip() for part in item.partition("="))
        if kind not in FAULTS:
            raise ValueError(f"faults: unknown kind {kind!r}; one of {', '.join(sorted(FAULTS))}")
        try:
            rates[kind] = float(value)
        except ValueError:
            raise ValueError(f"faults: the rate of {kind} is not a number: {value!r}") from None
        if not 0 <= rates[kind] <= 1:
            raise ValueError(f"faults: the rate of {kind} must be between 0 and 1")
    return rates


def plant_faults(deals: list[Deal], rates: dict[str, float], seed: int) -> list[Label]:
    """Change the deals in place; each kind gets max(1, rate x deals) faults, fewer when no more deals fit."""
    labels: list[Label] = []
    for kind, fault in FAULTS.items():
        if rates.get(kind, 0) <= 0:
            continue
        site, planted = Site(deals, Random(f"{seed}:msp fault:{kind}")), 0
        wanted = max(1, round(rates[kind] * len(deals)))
        for deal in site.free():
            if planted == wanted:
                break
            # Not the first month, for some faults need one before; the last in arrears is not invoiced yet.
            months = [month for month in list(deal.calendar)[1:-1] if deal.is_billed(month)]
            site.rng.shuffle(months)
            for month in months:
                found = fault.plant(site, deal, month)
                if found:
                    deal.fault, planted = kind, planted + 1
                    labels += found
                    break
    return labels


def context_labels(deals: list[Deal]) -> list[Label]:
    """A label for each month of what looks wrong and is not."""
    return [
        Label("context", name, name, deal.client, deal.service, month, Fraction(0), 0)
        for deal in deals for name, month in deal.contexts
    ]  # fmt: skip
