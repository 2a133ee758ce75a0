"""Draws the clients and their deals, with everything unusual that is nevertheless right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from .. import catalog
from . import catalogue
from .catalogue import BY_ID, SERVICES, Service
from .plan import Calendar, Client, Deal, Event, Holding, Line

_OPTIONAL = tuple(service for service in SERVICES if service.id != "service_desk")
_PER_CLIENT = 8
_EVENTS_PER_MONTH = 14
_OWN_PRICE_EVERY, _CHANGE_SHARE = 6, 0.3
_LENT, _LENT_EVERY = "design_suite", 13
_PACK, _PACK_SKU, _YEARLY = 5, "NBL-MAIL-5PACK", "-Y"


def draw_clients(number: int, seed: int, next_id: Callable[[], str]) -> list[Client]:
    """The clients; every fourth has its quantities itemised elsewhere, the last is the provider itself."""
    rng, clients = Random(f"msp clients {seed}"), []
    for index in range(number):
        currency = "eur" if index % 7 == 5 else "usd"
        country = catalog.customer_country(rng, currency)
        name = catalog.customer_name(index, country)
        clients.append(Client(
            index + 1, next_id(), name, name.split()[0], country, currency, index % 4 == 3, index == number - 1
        ))  # fmt: skip
    return clients


def draw_deals(clients: list[Client], calendar: Calendar, seed: int) -> list[Deal]:
    """Every deal, in order of client and service; each client has a random stream of its own."""
    deals = []
    for client in clients:
        rng = Random(f"msp deals {seed} {client.number}")
        # Going round the services keeps every one in use, whatever is drawn besides.
        turn = [_OPTIONAL[(client.number * 5 + step) % len(_OPTIONAL)] for step in range(4)]
        rest = [service for service in _OPTIONAL if service not in turn]
        chosen = {BY_ID["service_desk"], *turn, *rng.sample(rest, _PER_CLIENT - len(turn))}
        for service in SERVICES:
            if service in chosen:
                deals.append(_deal(client, service, calendar, rng))
            elif service.id == _LENT and client.number % _LENT_EVERY == 6:
                deals.append(_lent_only(client, service, calendar))
    _renumber(deals)
    _set_contexts(deals)
    return deals


def renumbered(deals: list[Deal]) -> tuple[Client, Client, dt.date]:
    """Two clients whose account numbers a vendor exchanged, and the first day of the new numbers."""
    known: dict[int, Client] = {}
    for deal in deals:
        if deal.service.vendor == catalogue.BACKUP and not deal.client.is_internal and deal.client.number % 5:
            known.setdefault(deal.client.number, deal.client)
    first, second = list(known.values())[:2]
    return first, second, deals[0].calendar.first(2)


def _renumber(deals: list[Deal]) -> None:
    """Until that day each of the two stands under the number that is the other's today."""
    first, second, day = renumbered(deals)
    for deal, other in ((deal, {first: second, second: first}.get(deal.client)) for deal in deals):
        if other is None or deal.service.vendor != catalogue.BACKUP:
            continue
        deal.cut_holdings(day)
        for held in deal.holdings:
            if held.first < day:
                held.reference = catalogue.site_of(held.vendor, other.word, other.name, other.number, other.id)


def _deal(client: Client, service: Service, calendar: Calendar, rng: Random) -> Deal:
    """A deal with one version, now and then with a second one, and what was held or used."""
    deal = Deal(client, service, calendar)
    how, terms = service.measure, service.terms
    if client.is_itemised_elsewhere and service.id in ("archive", "file_sync"):
        # Only an invoice that is itemised elsewhere can carry a fraction of a seat.
        how = "daily_average"
    number = SERVICES.index(service) + 1
    agreement = f"AGR-{client.number:03d}"
    units = max(1, int(service.size * (0.5 + rng.random())))
    line = Line(f"{agreement}-{number:02d}", agreement, service.basis, how, terms, service.cost, service.timing,
                calendar.start - dt.timedelta(days=30 * (1 + client.number % 11)))
    deal.lines.append(line)
    if service.basis == "metered":
        deal.events = _events(deal, units, rng)
        return deal
    if service.basis == "committed":
        line.committed = 1 if service.id == "service_desk" else units
    if service.vendor is not None:
        _hold(deal, units, rng)
    _change_version(deal, rng)
    return deal


def _lent_only(client: Client, service: Service, calendar: Calendar) -> Deal:
    """Nothing is agreed: the vendor lends two seats for a month."""
    assert service.vendor and service.sku
    deal, (first, until) = Deal(client, service, calendar), calendar.bounds(2)
    name = catalogue.site_of(service.vendor, client.word, client.name, client.number, client.id)
    deal.holdings.append(Holding(service.vendor, name, service.sku, "temporary", first, until, 2))
    deal.contexts.append(("temporary_licence", 2))
    return deal


def _change_version(deal: Deal, rng: Random) -> None:
    """A new version in the middle of the time: other quantity, other price, or both."""
    calendar, line = deal.calendar, deal.lines[0]
    if rng.random() >= _CHANGE_SHARE or calendar.months < 4 or deal.service.id == "service_desk":
        return
    day = calendar.first(2 + int(rng.random() * (calendar.months - 3)))
    is_committed, step = line.basis == "committed", 1 + int(rng.random() * 3)
    if is_committed and deal.client.is_itemised_elsewhere:
        line.proration, day = "daily", day + dt.timedelta(days=9 + step)
    _, new = deal.split(day)
    if is_committed:
        new.committed = (new.committed or 0) + step
        deal.hold_from(day, step)
    if not is_committed or rng.random() < 0.4:
        new.terms = _dearer(new)


def _dearer(line: Line) -> catalogue.Terms:
    """The terms with every price raised."""
    tiers = tuple(tier._replace(price=_raised(tier.price)) for tier in line.terms.tiers)
    return line.terms._replace(price=line.terms.price and _raised(line.terms.price), tiers=tiers)


def _raised(price: Decimal) -> Decimal:
    """A price three per cent up, to four places."""
    return (price * Decimal("1.03")).quantize(Decimal("0.0001"))


def _hold(deal: Deal, units: int, rng: Random) -> None:
    """Units held from the first day on: steady for what is committed, with ups and downs for what is counted."""
    service, client, calendar = deal.service, deal.client, deal.calendar
    assert service.vendor and service.sku
    name = catalogue.site_of(service.vendor, client.word, client.name, client.number, client.id)
    sku = service.sku + (_YEARLY if service.vendor == catalogue.LICENCES and client.number % 3 == 0 else "")
    quantity = int(units / service.units)
    held = Holding(service.vendor, name, sku, "standard", calendar.start, calendar.end, quantity, service.units)
    deal.holdings.append(held)
    if service.vendor == catalogue.DEVICES and client.number % 3 == 1 and quantity > 2:
        held.quantity -= 2
        deal.holdings.append(replace(held, reference=f"{client.word} - Depot", quantity=2))
    if service.id == "mail_basic" and client.number % 4 == 0 and quantity > _PACK:
        held.quantity -= _PACK
        deal.holdings.append(replace(held, sku=_PACK_SKU, quantity=1, units=Decimal(_PACK)))
    if service.basis == "committed":
        return
    for month in calendar:
        if rng.random() < 0.5:
            day = calendar.first(month) + dt.timedelta(days=1 + int(rng.random() * 26))
            span = max(1, quantity // 8)
            change = 1 + int(rng.random() * span)
            smallest = min(one.quantity for one in deal.holdings if one.until > day)
            _shift(deal, day, change if rng.random() < 0.6 or smallest <= change else -change)
    if service.vendor == catalogue.STORAGE and client.number % 5 == 0 and calendar.months > 2:
        deal.cut_holdings(calendar.first(2))
        for one in deal.cut_holdings(calendar.first(1)):
            one.is_estimated = one.first < calendar.first(2)


def _shift(deal: Deal, day: dt.date, change: int) -> None:
    """Change what the first name holds from a day on, in the vendor's units."""
    later = deal.cut_holdings(day)
    name = min((held.reference, held.sku) for held in later if held.sku != _PACK_SKU)
    for held in later:
        if (held.reference, held.sku) == name:
            held.quantity += change


def _events(deal: Deal, units: int, rng: Random) -> list[Event]:
    """Events of every month: some reported days late but in time, some twice, some taken back in part."""
    events: list[Event] = []
    code = {"text_alerts": "ta", "voice_minutes": "vm", "print_pages": "pp"}[deal.service.id]
    head = f"ev-{code}-{deal.client.number:03d}"
    for month in deal.calendar:
        first, until = deal.calendar.bounds(month)
        length = (until - first).days
        for number in range(_EVENTS_PER_MONTH):
            day = number * length // _EVENTS_PER_MONTH
            occurred = dt.datetime.combine(first, dt.time()) + dt.timedelta(
                days=day, seconds=7_200 + int(rng.random() * 60_000))
            quantity = Decimal(1 + int(units / _EVENTS_PER_MONTH * (0.4 + 1.2 * rng.random())))
            delay = dt.timedelta(seconds=40 + int(rng.random() * 500))
            if number % 5 == 2 and day < length - 6:
                delay += dt.timedelta(days=1 + int(rng.random() * 3))
            events.append(Event(f"{head}-{month}{number:02d}", quantity, occurred, occurred + delay))
        if deal.service.id == "text_alerts":
            continue
        wrong, sent_twice = events[-_EVENTS_PER_MONTH + 3], events[-_EVENTS_PER_MONTH + 6]
        if deal.client.number % 2 and wrong.quantity > 3:
            taken = -Decimal(int(wrong.quantity) // 3)
            recorded = wrong.recorded + dt.timedelta(days=2)
            events.append(Event(f"{wrong.id}-c", taken, wrong.occurred, recorded, corrects=wrong.id))
        if deal.client.number % 3 == 0:
            again = sent_twice.recorded + dt.timedelta(minutes=7)
            events.append(replace(sent_twice, id=f"{sent_twice.id}-b", recorded=again, is_copy=True))
    return events


def _set_contexts(deals: list[Deal]) -> None:
    """Give some deals what looks wrong and is not: each class to several, each deal one class at most."""
    for deal in deals:
        if deal.client.is_internal:
            _make_internal(deal)
    makers: tuple[tuple[Callable[[Deal], bool], int, Callable[[Deal], None]], ...] = (
        (lambda deal: deal.service.id == "password_vault", 4, _bundle),
        (lambda deal: deal.service.id in ("mail_basic", "phone_seat", "endpoint_protection"), 5, _lend),
        (lambda deal: deal.service.id in ("mail_backup", "firewall", "patching"), 4, _cancel),
        (lambda deal: deal.service.id in ("mail_security", "mobile_management", "server_backup"), 4, _try),
        (lambda deal: deal.service.id in ("office_standard", "office_premium", "file_sync"), 5, _idle),
        (lambda deal: deal.client.number % _OWN_PRICE_EVERY == 1 and deal.service.terms.model == "per_unit", 9,
         _own_price),
    )  # fmt: skip
    for fits, wanted, make in makers:
        free = [deal for deal in deals if not deal.contexts and len(deal.lines) == 1 and fits(deal)]
        for deal in free[1 : 3 * wanted : 3] if len(free) > 2 * wanted else free[:wanted]:
            make(deal)


def _make_internal(deal: Deal) -> None:
    """The provider's own use: the agreement says so, and half of the vendors say it too."""
    for line in deal.lines:
        line.kind, line.terms = "internal", line.terms._replace(minimum=None)
    for held in deal.holdings:
        if SERVICES.index(deal.service) % 2:
            held.kind = "internal"
    deal.contexts += [("internal_use", month) for month in deal.calendar]


def _bundle(deal: Deal) -> None:
    """Part of another service: counted, never invoiced."""
    deal.lines[0].bundled_in = "service_desk"
    deal.contexts += [("bundled_service", month) for month in deal.calendar]


def _lend(deal: Deal) -> None:
    """Two months with some licences for temporary staff."""
    months = range(1, min(3, deal.calendar.months))
    held = deal.holdings[0]
    deal.holdings.append(replace(
        held, kind="temporary", first=deal.calendar.first(1) + dt.timedelta(days=4),
        until=deal.calendar.first(months[-1] + 1), quantity=2 + deal.client.number % 3, inactive=None))  # fmt: skip
    deal.contexts += [("temporary_licence", month) for month in months]


def _cancel(deal: Deal) -> None:
    """Cancelled at a month's end; the vendor goes on counting until the end of the next."""
    month = 2 + deal.client.number % max(1, deal.calendar.months - 3)
    day, until = deal.calendar.bounds(month)
    deal.lines[-1].end = day
    deal.cut_holdings(until)
    deal.drop_holdings(until)
    for held in deal.cut_holdings(day):
        held.cancelled_on = day
    deal.contexts.append(("recently_cancelled", month))


def _try(deal: Deal) -> None:
    """The first two months are a trial."""
    day = deal.calendar.first(2)
    old, _ = deal.split(day)
    old.kind, old.terms = "trial", old.terms._replace(minimum=None)
    deal.cut_holdings(day)
    for held in deal.holdings:
        if held.first < day:
            held.kind = "trial"
    deal.contexts += [("trial", month) for month in range(2)]


def _idle(deal: Deal) -> None:
    """Some seats show no activity; they are held, so they are paid for."""
    for held in deal.holdings:
        held.inactive = min(held.quantity, 1 + deal.client.number % 2)
    deal.contexts += [("inactive_seat", month) for month in deal.calendar]


def _own_price(deal: Deal) -> None:
    """This client pays less than the list says."""
    line = deal.lines[0]
    assert line.terms.price is not None
    own = (line.terms.price * Decimal("0.93")).quantize(Decimal("0.0001"))
    line.kind, line.terms = "client_specific", line.terms._replace(price=own)
    deal.contexts += [("client_specific_agreement", month) for month in deal.calendar]
