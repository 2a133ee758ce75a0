"""A managed service provider: agreements, counts of four vendors, metered use, invoices, and planted faults."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from ..bank import post_statement
from ..bookkeeper import post_ledger
from ..rates import load_rates
from ..tables import COLUMNS, Tables
from ..world import Options, World
from .billing import bill
from .cast import draw_clients, draw_deals, renumbered
from .faults import Label, context_labels, plant_faults
from .landing import as_table, land_quantities
from .plan import Calendar, Deal
from .policy import policy_rows

LABEL_COLUMNS = (
    "label_class", "kind", "expected", "client_id", "service_id", "period_start_date", "units", "amount",
    "currency", "reference",
)  # fmt: skip
LEAST_CLIENTS, LEAST_MONTHS = 8, 4


class Provider(NamedTuple):
    """A generated provider: raw tables, rows of policy seeds, labels as in the file, and the deals behind them."""

    tables: Tables
    policy: dict[str, list[dict[str, Any]]]
    labels: list[dict[str, Any]]
    deals: list[Deal]


def generate_provider(
    seed: int, clients: int, months: int, start: dt.date, fault_rates: dict[str, float]
) -> Provider:
    """Everything about a provider, the same for the same arguments; ValueError for fewer clients or months than occur."""
    if clients < LEAST_CLIENTS or months < LEAST_MONTHS:
        raise ValueError(f"at least {LEAST_CLIENTS} clients and {LEAST_MONTHS} months")
    options = Options(seed, clients, months, start, ("stripe",))
    rates = load_rates(start, options.last_day)
    world, calendar = World(options, rates), Calendar(start, months)
    drawn = draw_clients(clients, seed, world.next_id["cus"])
    deals = draw_deals(drawn, calendar, seed)
    exchanged = renumbered(deals)
    labels = plant_faults(deals, fault_rates, seed) + context_labels(deals)
    tables = bill(deals, drawn, calendar, world)
    tables |= land_quantities(deals)
    tables["ecb.exchange_rate"] = rates
    tables |= post_statement(tables, options, joins=False)
    tables |= post_ledger(tables, seed=seed, timezone="UTC", as_of=options.last_day)
    tables |= {name: as_table(name, []) for name in COLUMNS if name not in tables}
    rows = sorted((_label_row(label, calendar) for label in labels), key=_place)
    return Provider(tables, policy_rows(drawn, exchanged), rows, deals)


def _label_row(label: Label, calendar: Calendar) -> dict[str, Any]:
    """A label in the columns of the file: units and money as invoiced less right, money in major units."""
    return {
        "label_class": label.label_class, "kind": label.kind, "expected": label.expected,
        "client_id": label.client.id, "service_id": label.service.id,
        "period_start_date": calendar.first(label.month), "units": decimal_of(label.units),
        "amount": Decimal(label.shift).scaleb(-2), "currency": label.client.currency.upper(),
        "reference": label.reference,
    }  # fmt: skip


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    """Order of the label file."""
    return tuple(str(row[column]) for column in LABEL_COLUMNS)


def decimal_of(value: Fraction) -> Decimal:
    """A quantity with six decimals."""
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.000001"))


def write_labels(labels: list[dict[str, Any]], path: Path) -> None:
    """One row per label; a header alone when there are none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LABEL_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(labels)
