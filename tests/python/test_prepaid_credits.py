"""Draw-down of prepaid credits against a simulation that walks through the days.

The models find it without recursion, for all customers at once; the simulation keeps what is left of each
purchase and takes usage from the oldest, day by day. Both see the same random purchases and usage.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import duckdb
import pytest
from conftest import DbtRun

pytestmark = pytest.mark.dbt

CUSTOMERS = 500
FIRST_DAY = date(2023, 1, 1)
MILLION = 1_000_000
MODELS = (
    "int_credit_purchases", "int_credit_usage_by_day", "int_credit_timeline", "int_credit_phases",
    "int_credit_drawdowns",
)  # fmt: skip
# Product: (meter, validity in months, breakage, expected breakage in basis points).
RULES = {
    "short": ("calls", 1, "at_expiry", 0),
    "long": ("calls", 3, "at_expiry", 0),
    "leaky": ("calls", 2, "pro_rata", 2500),
    "any": (None, 2, "at_expiry", 0),
}
TABLES = {
    "int_invoice_lines": (
        "invoice_line_id text, invoice_id text, entity_id text, customer_id text, product_id text,"
        " quantity decimal(38, 10), net_amount_minor bigint, is_proration boolean"
    ),
    "int_invoice_bookings": "invoice_id text, booked_at timestamp, booked_date date, voided_date date",
    "prepaid_credits": (
        "entity_id text, product_id text, meter_product_id text, validity_months integer, breakage text,"
        " expected_breakage_bps integer, effective_from date"
    ),
    "int_usage_records": (
        "entity_id text, customer_id text, product_id text, occurred_date date, quantity_millionths bigint"
    ),
}
Step = tuple[date, int, int]


class Purchase(NamedTuple):
    """A line that sold `quantity` credits of `product` on `day`; a voided one sold none in the end."""

    key: str
    product: str
    day: date
    quantity: int
    is_voided: bool


class Usage(NamedTuple):
    """What was used of `product` on `day`; a negative quantity takes usage back."""

    product: str
    day: date
    quantity: int


Customer = tuple[list[Purchase], list[Usage]]


def customer(draw: Random, name: str) -> Customer:
    """Up to six purchases and 25 days of usage, some before the first purchase and after the last expiry."""
    span = draw.choice([30, 90, 300])
    days = sorted(draw.randrange(10, span) for _ in range(draw.randint(1, 6)))
    purchases = [
        Purchase(
            f"{name}_{number}", draw.choice(list(RULES)), FIRST_DAY + timedelta(day),
            draw.choice([0, 1, 5, 10, 30, 100]), draw.random() < 0.05,
        )
        for number, day in enumerate(days)
    ]  # fmt: skip
    usage = [
        Usage(
            draw.choice(["calls", "calls", "storage"]), FIRST_DAY + timedelta(draw.randrange(span + 120)),
            draw.choice([1, 2, 7, 20, 60, -3]),
        )
        for _ in range(draw.randint(0, 25))
    ]  # fmt: skip
    return purchases, usage


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    last = (first.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    return first.replace(day=min(day.day, last.day))


def walked(purchases: list[Purchase], usage: list[Usage]) -> dict[str, list[Step]]:
    """Steps of each purchase of one meter: (day, served, total) in millionths of a credit."""
    expiry, left, used, steps = {}, {}, {}, {}
    latest = date.min
    for purchase in purchases:
        latest = max(latest, months_later(purchase.day, RULES[purchase.product][1]))
        expiry[purchase.key] = latest
        left[purchase.key] = used[purchase.key] = 0
        steps[purchase.key] = []
    net = highest = 0
    last = max([*expiry.values(), *(one.day for one in usage)])
    for day in (FIRST_DAY + timedelta(number) for number in range((last - FIRST_DAY).days + 1)):
        for purchase in purchases:
            if day == purchase.day and not purchase.is_voided:
                left[purchase.key] = purchase.quantity
            if day >= expiry[purchase.key]:
                left[purchase.key] = 0
        net += sum(one.quantity for one in usage if one.day == day)
        wanted, highest = max(0, net - highest), max(net, highest)
        for purchase in purchases:
            taken = min(wanted, left[purchase.key])
            if taken:
                wanted -= taken
                left[purchase.key] -= taken
                used[purchase.key] += taken
                total = expected_use(purchase)
                steps[purchase.key].append((day, min(used[purchase.key] * MILLION, total), total))
    for purchase in purchases:
        total = expected_use(purchase)
        steps[purchase.key].append((expiry[purchase.key], total, total))
    return steps


def expected_use(purchase: Purchase) -> int:
    if purchase.is_voided or not purchase.quantity:
        return 1
    _, _, breakage, basis_points = RULES[purchase.product]
    expected = 10_000 - basis_points if breakage == "pro_rata" else 10_000
    return purchase.quantity * MILLION * expected // 10_000


def simulated(purchases: list[Purchase], usage: list[Usage]) -> dict[str, list[Step]]:
    """Credits for calls take calls; credits for anything take the rest, and calls if there are no others."""
    for_calls = [one for one in purchases if RULES[one.product][0]]
    for_any = [one for one in purchases if not RULES[one.product][0]]
    calls = [one for one in usage if one.product == "calls"]
    others = [one for one in usage if one.product != "calls"]
    steps: dict[str, list[Step]] = {}
    if for_calls:
        steps |= walked(for_calls, calls)
    if for_any:
        steps |= walked(for_any, others if for_calls else usage)
    return steps


def modelled(customers: dict[str, Customer], built: DbtRun) -> dict[str, list[Step]]:
    """The same by the compiled models, over tables of their own."""
    rows: dict[str, list[tuple]] = {name: [] for name in TABLES}
    rows["prepaid_credits"] = [
        (None, product, *rule, date(1970, 1, 1)) for product, rule in RULES.items()
    ]
    for name, (purchases, usage) in customers.items():
        for one in purchases:
            rows["int_invoice_lines"].append(
                (one.key, one.key, "main", name, one.product, one.quantity, 100, False)
            )
            rows["int_invoice_bookings"].append(
                (one.key, one.day, one.day, one.day if one.is_voided else None)
            )
        rows["int_usage_records"] += [
            ("main", name, one.product, one.day, one.quantity * MILLION) for one in usage
        ]
    compiled = built.target / "compiled" / "tieout" / "models" / "intermediate" / "recognition"
    with duckdb.connect() as connection:
        for name, columns in TABLES.items():
            connection.execute(f"create table {name} ({columns})")
            holes = ", ".join("?" for _ in rows[name][0])
            connection.executemany(f"insert into {name} values ({holes})", rows[name])
        for name in MODELS:
            sql = (compiled / f"{name}.sql").read_text(encoding="utf-8")
            connection.execute(f"create table {name} as " + re.sub(r'"[^"]+"\."main"\.', "", sql))
        found: dict[str, list[Step]] = {}
        for key, *step in connection.execute(
            "select obligation_id, drawn_date, served_units, total_units from int_credit_drawdowns"
            " order by 1, 2"
        ).fetchall():
            found.setdefault(key, []).append(tuple(step))
    return found


def test_credits_are_drawn_as_a_walk_through_the_days_draws_them(built_demo: DbtRun) -> None:
    draw = Random(11)
    customers = {f"cus_{number}": customer(draw, f"cus_{number}") for number in range(CUSTOMERS)}
    found = modelled(customers, built_demo)
    expected: dict[str, list[Step]] = {}
    for purchases, usage in customers.values():
        expected |= simulated(purchases, usage)
    wrong = [key for key in expected if found.get(key) != expected[key]]
    assert not wrong, "\n".join(f"{key}: {found.get(key)} <> {expected[key]}" for key in wrong[:3])
    assert set(found) == set(expected)
    assert len(expected) > 1_500 and sum(len(steps) for steps in expected.values()) > 2_500
