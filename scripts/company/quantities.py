"""Quantities of some customers of a finished company: agreements, seats that a vendor counts, metered calls.

Everything follows from the invoice lines that are there, so what is rated is what was invoiced, but
for six planted differences. Only customers with the plainest of lives are taken: one line for each
product and month, nothing voided, credited, discounted or prorated, money in cents.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from . import catalog, clock
from .msp import LABEL_COLUMNS, decimal_of
from .msp.landing import as_table, next_morning
from .msp.rating import half_up
from .tables import COLUMNS, Tables, row_count

CUSTOMERS = 8
LEAST_MONTHS = 6
VENDOR, COST, COST_CURRENCY = "Seatlog", Decimal("1.20"), "usd"
UNKNOWN_SITE = "Pilot site 4"
_SERVICE_OF = {f"prod_1{plan}": f"{plan.lower()}_seats" for plan in catalog.PLANS} | {
    "prod_1Support": "support", "prod_1Calls": "calls",
}  # fmt: skip
_SKU = "SL-{}"
_EVENTS = 3
_PRICE, _TO = (list(COLUMNS["agreements.agreement_line"]).index(name) for name in ("unit_price", "effective_to"))
Line = dict[str, Any]


class Bought(NamedTuple):
    """What a customer buys of one product: its invoice lines by first day of the month that they are for."""

    customer: str
    name: str
    currency: str
    product: str
    lines: dict[dt.date, Line]

    @property
    def service(self) -> str:
        """The common key of the product."""
        return _SERVICE_OF[self.product]

    @property
    def is_metered(self) -> bool:
        """Whether it is billed by use."""
        return self.service == "calls"


class Site:
    """The tables of quantities while they are written, and the labels of what is planted."""

    def __init__(self, end: dt.date) -> None:
        self.end = end
        self.agreed: list[list[Any]] = []
        self.held: list[tuple[Bought, dt.date, dt.date, int]] = []
        self.events: list[tuple[Any, ...]] = []
        self.labels: list[dict[str, Any]] = []

    def agree(self, bought: Bought, start: dt.date, end: dt.date | None, quantity: int | None, price: Decimal) -> None:
        """A version of an agreement line; `quantity` None for what is metered."""
        number = sum(row[1] == f"AG-{bought.customer[-6:]}" for row in self.agreed) + 1
        agreement = f"AG-{bought.customer[-6:]}"
        updated = dt.datetime.combine(start - dt.timedelta(days=3), dt.time(10))
        self.agreed.append([
            f"{agreement}-{number}", agreement, bought.customer, bought.service,
            "metered" if quantity is None else "committed", None, quantity, None, None, "per_unit", None, price, None,
            "none", "arrears" if quantity is None else "advance", "standard", None, bought.currency, start, end,
            updated, next_morning(updated.date()),
        ])  # fmt: skip

    def use(self, bought: Bought, first: dt.datetime, quantity: int, key: str, late: bool = False) -> None:
        """Metered calls within the month that `first` lies in, on three days; late ones are known weeks later."""
        month_end = dt.datetime.combine(_next_month(first.date()), dt.time())
        for number in range(_EVENTS):
            part = quantity // _EVENTS if number else quantity - quantity // _EVENTS * (_EVENTS - 1)
            occurred = first + (month_end - first) * number / (_EVENTS + 1)
            occurred = occurred.replace(microsecond=0)
            recorded = occurred + (dt.timedelta(days=62) if late else dt.timedelta(seconds=45))
            self.events.append((f"call-{key}-{number + 1}", "calls", bought.customer, None, Decimal(part), occurred,
                                recorded, None, next_morning(recorded.date())))  # fmt: skip

    def label(
        self, kind: str, expected: str, bought: Bought, month: dt.date, units: int, cents: int, reference: str = ""
    ) -> None:
        """Say what was planted; units and money as invoiced less right."""
        self.labels.append(dict(zip(LABEL_COLUMNS, (
            "fault", kind, expected, bought.customer, bought.service, month, decimal_of(Fraction(units)),
            Decimal(cents).scaleb(-2), bought.currency.upper(), reference,
        ))))  # fmt: skip


def add_quantities(tables: Tables, last_day: dt.date) -> tuple[Tables, list[dict[str, Any]]]:
    """The tables of agreements, counts and events, and the labels; the tables passed in stay as they are.

    Raises ValueError when the company is too small for the six differences.
    """
    site = Site(last_day + dt.timedelta(days=1))
    everything = [bought for bought in _bought(tables) if bought.product in _SERVICE_OF]
    for number, bought in enumerate(everything):
        _cover(site, bought, number)
    _plant(site, everything)
    return {
        "agreements.agreement_line": as_table("agreements.agreement_line", [tuple(row) for row in site.agreed]),
        "vendor_counts.unit_count": as_table("vendor_counts.unit_count", _counts(site)),
        "metering.usage_event": as_table("metering.usage_event", site.events),
        **{name: as_table(name, []) for name in ("agreements.agreement_tier", "psa.invoice_line")},
    }, site.labels  # fmt: skip


def _bought(tables: Tables) -> list[Bought]:
    """What the chosen customers buy, in order of customer and product."""
    lines = _lines_by_customer(tables)
    unusual = _unusual(tables)
    customer = tables["stripe.customer"]
    found: dict[str, list[Bought]] = {}
    for key, name, currency, live in sorted(
        zip(customer["id"], customer["name"], customer["currency"], customer["livemode"])
    ):
        by_product: dict[str, dict[dt.date, Line]] = defaultdict(dict)
        is_plain = live and key not in unusual and catalog.MINOR_FACTOR[currency] == 100
        for line in lines.get(key, ()):
            months = by_product[line["product"]]
            is_plain &= not line["proration"] and line["month"] not in months
            months[line["month"]] = line
        covered = max((len(months) for months in by_product.values()), default=0)
        if is_plain and covered >= LEAST_MONTHS and len(found) < CUSTOMERS:
            found[key] = [Bought(key, name, currency, product, by_product[product]) for product in sorted(by_product)]
    return [bought for several in found.values() for bought in several]


def _rows(tables: Tables, name: str) -> Iterator[Line]:
    """Rows of a table as mappings."""
    table = tables[name]
    return ({column: table[column][row] for column in table} for row in range(row_count(table)))


def _lines_by_customer(tables: Tables) -> dict[str, list[Line]]:
    """Lines of live, finalised invoices with their product and the month in which their period starts."""
    product_of = dict(zip(tables["stripe.price"]["id"], tables["stripe.price"]["product_id"]))
    customer_of = {row["id"]: row["customer_id"] for row in _rows(tables, "stripe.invoice")
                   if row["livemode"] and row["status_transitions_finalized_at"] is not None}  # fmt: skip
    found: dict[str, list[Line]] = defaultdict(list)
    for line in _rows(tables, "stripe.invoice_line_item"):
        if line["invoice_id"] in customer_of:
            line["product"] = product_of.get(line["price_id"])
            line["month"] = line["period_start"].date().replace(day=1)
            found[customer_of[line["invoice_id"]]].append(line)
    return found


def _unusual(tables: Tables) -> set[str]:
    """Customers with a discount, a credit note, a yearly plan, or an invoice that was not meant to be paid."""
    invoices = list(_rows(tables, "stripe.invoice"))
    noted = set(tables["stripe.credit_note"]["invoice_id"])
    found = set(tables["stripe.discount"]["customer_id"])
    found |= {row["customer_id"] for row in invoices
              if row["id"] in noted or row["status"] in ("void", "uncollectible")}  # fmt: skip
    yearly = {key for key, interval in zip(tables["stripe.price"]["id"], tables["stripe.price"]["recurring_interval"])
              if interval == "year"}  # fmt: skip
    customer_of = {row["id"]: row["customer_id"] for row in invoices}
    lines = zip(tables["stripe.invoice_line_item"]["invoice_id"], tables["stripe.invoice_line_item"]["price_id"])
    return found | {customer_of[invoice] for invoice, price in lines if price in yearly}


def _next_month(day: dt.date) -> dt.date:
    """First day of the month after a day's."""
    return clock.add_months_to_date(day.replace(day=1), 1)


def _unit_price(bought: Bought) -> Decimal:
    """Agreed price of a unit in major units: a line's amount by its quantity, a call's from the list."""
    if bought.is_metered:
        return Decimal(catalog.USAGE_TENTHS[bought.currency]).scaleb(-3)
    line = next(iter(bought.lines.values()))
    return Decimal(line["amount"] // line["quantity"]).scaleb(-2)


def _cover(site: Site, bought: Bought, number: int) -> None:
    """An agreement, counts and events that come to exactly what was invoiced."""
    months = sorted(bought.lines)
    last = _next_month(months[-1])
    start, end = bought.lines[months[0]]["period_start"].date(), None if last >= site.end else last
    price = _unit_price(bought)
    if bought.is_metered:
        site.agree(bought, start, end, None, price)
        for month in months:
            line = bought.lines[month]
            site.use(bought, line["period_start"], line["quantity"], f"{bought.customer[-6:]}-{month:%y%m}")
        return
    quantity = bought.lines[months[0]]["quantity"]
    site.agree(bought, start, end, quantity, price)
    if bought.service.endswith("seats"):
        site.held.append((bought, start, end or site.end, quantity))


def _plant(site: Site, everything: list[Bought]) -> None:
    """Six differences, each at a customer of its own."""
    seats = [bought for bought in everything if bought.service.endswith("seats")]
    calls = [bought for bought in everything if bought.is_metered]
    taken: set[str] = set()

    def next_of(choices: list[Bought]) -> tuple[Bought, list[dt.date]]:
        """The next customer that has no difference yet, and the months it was invoiced for."""
        bought = next((one for one in choices if one.customer not in taken), None)
        if bought is None or len(bought.lines) < LEAST_MONTHS:
            raise ValueError(
                f"--quantity-labels needs {CUSTOMERS} customers with plain invoices of {LEAST_MONTHS} months, one of them"
                " metered: generate more --customers or --months"
            )
        taken.add(bought.customer)
        return bought, sorted(bought.lines)

    late, months = next_of(calls)
    month, calls_late = months[-2], 30_000
    site.use(late, dt.datetime.combine(month, dt.time()) + dt.timedelta(days=20), calls_late, "late", late=True)
    due = half_up((late.lines[month]["quantity"] + calls_late) * Fraction(_unit_price(late)) * 100)
    site.label("late_events", "quantity_mismatch", late, month, -calls_late, late.lines[month]["amount"] - due)

    dear, months = next_of(seats)
    old, price = _version(site, dear), _unit_price(dear) + 2
    until, site.agreed[old][_TO], site.agreed[old][_PRICE] = site.agreed[old][_TO], months[1], price
    site.agree(dear, months[1], until, dear.lines[months[1]]["quantity"], _unit_price(dear))
    site.label("price_mismatch", "price_mismatch", dear, months[0], 0, -200 * dear.lines[months[0]]["quantity"])

    ended, months = next_of(seats)
    old, month = _version(site, ended), months[-1]
    site.agreed[old][_TO] = month
    site.held = [(one, start, month if one is ended else until, count) for one, start, until, count in site.held]
    line = ended.lines[month]
    site.label("agreement_ended", "stale_agreement", ended, month, line["quantity"], line["amount"])

    missed, months = next_of(seats)
    support = missed._replace(product="prod_1Support", lines={})
    price = Decimal(catalog.SUPPORT_PRICES[missed.currency]).scaleb(-2)
    site.agree(support, months[1], months[2], 1, price)
    site.label("unbilled_service", "unbilled_service", support, months[1], -1, -int(price * 100))

    above, months = next_of(seats)
    first = months[2]
    more = [(above, first, _next_month(first), 2)]
    site.held += more
    site.label("count_above_agreement", "quantity_mismatch", above, first, -2, -int(2 * _unit_price(above) * 100))

    unknown, months = next_of(seats)
    first = months[1]
    site.held.append((unknown._replace(name=UNKNOWN_SITE), first, _next_month(first), 4))
    in_dollars = unknown._replace(currency=COST_CURRENCY)
    site.label("client_unmapped", "mapping_missing", in_dollars, first, -4, -int(4 * COST * 100), UNKNOWN_SITE)


def _version(site: Site, bought: Bought) -> int:
    """Position of the only version of what a customer buys."""
    return next(at for at, row in enumerate(site.agreed) if (row[2], row[3]) == (bought.customer, bought.service))


def _counts(site: Site) -> list[tuple[Any, ...]]:
    """The vendor's reports of every tenth day from the first on: who holds how many seats, under its own names."""
    rows: dict[tuple[dt.date, str, str], int] = defaultdict(int)
    first = min(start for _, start, _, _ in site.held).replace(day=1)
    for offset in range((site.end - first).days):
        day = first + dt.timedelta(days=offset)
        if day.day % 10 != 1:
            continue
        for bought, start, until, count in site.held:
            # A month counts whole from its first day, whenever in it the first invoice was written.
            if start.replace(day=1) <= day < until:
                rows[day, bought.name.upper(), _SKU.format(bought.service.split("_")[0].upper())] += count
    return [
        (f"sl-{day:%y%m%d}-{number:03d}", VENDOR, day, name, sku, count, None, "standard", None, COST, COST_CURRENCY.upper(),
         None, next_morning(day))
        for number, ((day, name, sku), count) in enumerate(sorted(rows.items()), start=1)
    ]  # fmt: skip
