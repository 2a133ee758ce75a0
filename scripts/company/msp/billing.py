"""What Stripe shows of the provider: customers, catalogue, monthly invoices, their payment and payouts; and the PSA.

An invoice is issued on the first of every month: the month ahead for what is billed in advance, the
month before for the rest. Some clients get one line, and another system knows what is in it.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from random import Random
from typing import Any

from .. import clock
from ..billing import Account, Line as StripeLine, emit_invoice, issue
from ..cast import Script
from ..collection import collect
from ..payouts import add_payouts
from ..simulate import number_documents
from ..tables import Table, Tables
from ..world import World, to_table
from .catalogue import SERVICES, TOGETHER
from .faults import ISSUED_AT
from .landing import as_table, next_morning
from .plan import Calendar, Charge, Client, Deal

_MILLIONTH = Decimal("0.000001")
Billed = tuple[Deal, int, Charge]


def bill(deals: list[Deal], clients: list[Client], calendar: Calendar, world: World) -> Tables:
    """All stripe tables and psa.invoice_line."""
    _add_catalogue(world)
    by_client: dict[int, list[Deal]] = defaultdict(list)
    for deal in deals:
        by_client[deal.client.number].append(deal)
    itemised: list[tuple[str, list[Billed]]] = []
    for client in clients:
        _add_customer(world, client)
        account = _account(world, client)
        for month in calendar:
            billed = _lines_of(by_client[client.number], month)
            if billed:
                itemised += _issue(account, client, month, calendar, billed)
    numbers = number_documents(world)
    add_payouts(world)
    tables = {name: to_table(name, rows) for name, rows in world.rows.items()}
    tables["psa.invoice_line"] = _itemise(itemised, numbers)
    return tables


def _lines_of(deals: list[Deal], month: int) -> list[Billed]:
    """What the invoice of a month's first day charges, with the month that each charge is for."""
    return [
        (deal, served, charge)
        for deal in deals
        for served in [month if deal.timing == "advance" else month - 1] if served >= 0
        for charge in deal.charges(served)
    ]  # fmt: skip


def _account(world: World, client: Client) -> Account:
    """The client as a payer; a third of them pays by invoice, within weeks."""
    script = Script(client.currency, "Starter", "month", 1, world.begin, False, False, False, None,
                    client.number % 3 != 2, 0, {}, {}, False)  # fmt: skip
    account = Account(world, script, Random(f"msp payer {world.options.seed} {client.number}"))
    account.id, account.country = client.id, client.country
    # Business customers abroad account for the tax themselves, as those at home owe none.
    account.tax_points = 0
    return account


def _issue(
    account: Account, client: Client, month: int, calendar: Calendar, billed: list[Billed]
) -> list[tuple[str, list[Billed]]]:
    """Issue and collect one invoice; returns its id with what is in it when another system itemises it."""
    world = account.world
    issued = clock.at_midnight(calendar.first(month)) + int(ISSUED_AT.total_seconds()) + client.number
    end = clock.at_midnight(calendar.first(month + 1))
    if client.is_itemised_elsewhere:
        cents = sum(charge.cents for _, _, charge in billed)
        lines = [_stripe_line(TOGETHER[5:], "Managed services", 1, cents, month, calendar, client.currency)]
    else:
        lines = [_service_line(*one, calendar, client.currency) for one in billed]
    lines.sort(key=lambda line: line[9])
    period = (clock.at_midnight(calendar.first(month)), end)
    # Without a subscription behind it.
    account.subscription_id = None  # type: ignore[assignment]
    invoice = issue(account, issued, issued, "manual", lines, period)
    collect(account, invoice, "normal", end)
    emit_invoice(account, invoice)
    return [(invoice.id, billed)] if client.is_itemised_elsewhere else []


def _service_line(deal: Deal, month: int, charge: Charge, calendar: Calendar, currency: str) -> StripeLine:
    """A line for a service of a month; its quantity is whole, as Stripe's are."""
    if charge.quantity.denominator != 1:
        raise ValueError(f"{deal.client.name}: {deal.service.id} has a fraction of a unit on a Stripe line")
    return _stripe_line(deal.service.product[5:], deal.service.name, int(charge.quantity), charge.cents, month,
                        calendar, currency)  # fmt: skip


def _stripe_line(
    product: str, text: str, quantity: int, cents: int, month: int, calendar: Calendar, currency: str
) -> StripeLine:
    """A line of an invoice as company.billing takes it."""
    start, end = (clock.at_midnight(day) for day in calendar.bounds(month))
    text = f"{text} {calendar.first(month):%Y-%m}"
    return ("invoiceitem", cents, quantity, start, end, False, f"price_{product}{currency.capitalize()}", None, None,
            text)  # fmt: skip


def _itemise(itemised: list[tuple[str, list[Billed]]], numbers: dict[str, str]) -> Table:
    """psa.invoice_line: what the one line of each invoice is made of."""
    rows = []
    for invoice_id, billed in itemised:
        number = numbers[invoice_id]
        for position, (deal, month, charge) in enumerate(billed, start=1):
            first, until = deal.calendar.bounds(month)
            issued = first if deal.timing == "advance" else until
            quantity = (Decimal(charge.quantity.numerator) / charge.quantity.denominator).quantize(_MILLIONTH)
            rows.append((
                f"{number}/{position:02d}", number, client_in_psa(deal.client), item_code(deal.service.id), first,
                until, quantity, charge.price, Decimal(charge.cents).scaleb(-2), deal.client.currency.upper(),
                next_morning(issued),
            ))  # fmt: skip
    return as_table("psa.invoice_line", rows)


def client_in_psa(client: Client) -> str:
    """How the professional services system names a client."""
    return f"C{client.number:04d}/{client.word}"


def item_code(service_id: str) -> str:
    """How the professional services system names a service."""
    return "ITM-" + service_id.replace("_", "-").upper()


def _add_catalogue(world: World) -> None:
    """Products and list prices, tiered ones without an amount; one product for everything together."""
    rows: dict[str, list[Any]] = world.rows
    sold = [(service.product, service.name, service.terms.price) for service in SERVICES]
    for product, name, price in [*sold, (TOGETHER, "Managed services", None)]:
        rows["stripe.product"].append((product, name, True, world.begin, True, False, world.synced))
        unit = None if price is None else price * 100
        whole = None if unit is None or unit != int(unit) else int(unit)
        for currency in ("usd", "eur"):
            rows["stripe.price"].append((
                f"price_{product[5:]}{currency.capitalize()}", product, currency, whole, unit, f"{name} {currency}",
                "recurring", "month", 1, "licensed", True, world.begin, True, False, world.synced,
            ))  # fmt: skip


def _add_customer(world: World, client: Client) -> None:
    """The client as billing knows it."""
    world.rows["stripe.customer"].append((
        client.id, world.begin, client.currency, f"billing{client.number}@example.com", client.name, None,
        client.country, 0, False, True, False, "{}", world.synced,
    ))  # fmt: skip
