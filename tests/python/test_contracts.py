"""Bundles and modifications from raw tables to the schedule, by their published figures.

One build, a company a case. Months are numbers, 1 is January of the case's year; money is text in major
units.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from conftest import DbtRun
from tiny_companies import Company, Signed, at

Row = dict[str, Any]
YEAR = ("2023-01-01", "2024-01-01")


def bill(company: Company, key: str, day: str, *lines: Row) -> None:
    """Finalise an invoice of sub_1; a line has an amount, a service span, a product (also its price)."""
    total = sum(line["amount"] for line in lines)
    company.add(
        "invoice", id=key, number=key, customer_id="cus_1", subscription_id="sub_1", status="open",
        currency="usd", subtotal=total, tax=0, total=total, amount_paid=0, created=at(day),
        status_transitions_finalized_at=at(day), is_deleted=False,
    )  # fmt: skip
    for number, line in enumerate(lines, start=1):
        start, end = line["service"]
        company.add(
            "invoice_line_item", invoice_id=key, unique_id=f"{key}_{number}", id=f"{key}_{number}",
            type="subscription", amount=line["amount"], currency="usd", quantity=line.get("quantity", 1),
            price_id=line["product"], subscription_id="sub_1", period_start=at(start, 0),
            period_end=at(end, 0), proration=line.get("proration", False),
        )  # fmt: skip


def sell(company: Company, *products: str, interval: str = "year") -> None:
    """Products with a price each, of the same name."""
    for product in products:
        company.add("product", id=product, name=product, active=True, is_deleted=False)
        company.add("price", id=product, product_id=product, currency="usd", recurring_interval=interval)


def standalone(company: Company, approach: str = "range", **prices: str) -> list[Row]:
    """Price rows of one bundle; a price is one amount, or low, middle and high with slashes."""
    rows = []
    for product, price in prices.items():
        low, middle, high = price.split("/") if "/" in price else [price] * 3
        rows.append({
            "bundle": company.name, "product_id": f"stripe.{company.name}:{product}", "currency_code": "USD",
            "low_amount": low, "mid_amount": middle, "high_amount": high, "approach": approach,
            "effective_from": "1970-01-01",
        })  # fmt: skip
    return rows


def change(company: Company, treatment: str) -> list[Row]:
    return [{"priority": 1, "entity_id": company.name, "treatment": treatment, "effective_from": "1970-01-01"}]


# --- the companies ---------------------------------------------------------------------------------

BUNDLES: dict[str, tuple[list[str], dict[str, str]]] = {
    "three_equal_parts": (["100.00", "0", "0"], {"a": "50", "b": "50", "c": "50"}),
    "one_has_no_price_of_its_own": (["600", "400"], {"a": "1000", "b": "0"}),
    "none_has_a_price_of_its_own": (["600", "400"], {"a": "0", "b": "0"}),
    "software_with_implementation": (["120000", "0"], {"a": "100000", "b": "50000"}),
    "sold_at_their_own_prices": (["96000", "24000"], {"a": "90000/95000/96000", "b": "24000/25000/30000"}),
}
ALLOCATED = {
    "three_equal_parts": ["33.34", "33.33", "33.33"],
    "one_has_no_price_of_its_own": ["1000.00", "0.00"],
    "none_has_a_price_of_its_own": ["600.00", "400.00"],
    "software_with_implementation": ["80000.00", "40000.00"],
    "sold_at_their_own_prices": ["96000.00", "24000.00"],
    "a_noted_bundle": ["80000.00", "40000.00"],
}
CHANGED = {
    "prospective": {1: "166.67", 2: "166.66", 3: "166.67", 4: "77.78", 5: "77.77", 12: "77.78"},
    "cumulative_catch_up": {1: "166.67", 2: "166.66", 3: "-33.33", 4: "100.00", 5: "100.00", 12: "100.00"},
    "separate_contract": {1: "166.67", 2: "166.66", 3: "166.67", 4: "77.78", 5: "77.77", 12: "77.78"},
}


def bundled(name: str, amounts: list[str], prices: dict[str, str]) -> tuple[Company, dict[str, list[Row]]]:
    company = Company(name)
    sell(company, *prices)
    bill(company, "in_1", "2023-01-01", *(
        {"amount": int(Decimal(amount) * 100), "service": YEAR, "product": product}
        for amount, product in zip(amounts, prices)
    ))  # fmt: skip
    return company, {"standalone_prices": standalone(company, **prices)}


def a_noted_bundle() -> tuple[Company, dict[str, list[Row]]]:
    """The line that was billed at everything is credited in full, though it is allocated less."""
    company, policies = bundled("a_noted_bundle", ["120000", "0"], {"a": "100000", "b": "50000"})
    company.note("2023-07-01", 12000000)
    company.add(
        "credit_note_line_item", id="cnli_1", credit_note_id="cn_1", invoice_line_item_id="in_1_1",
        type="invoice_line_item", amount=12000000, discount_amount=0, quantity=1,
    )  # fmt: skip
    return company, policies


def changed(treatment: str) -> tuple[Company, dict[str, list[Row]]]:
    """2000.00 a year become 1200.00 at the end of March."""
    company = Company(treatment)
    sell(company, "plan")
    bill(company, "in_1", "2023-01-01", {"amount": 200000, "service": YEAR, "product": "plan"})
    rest = ("2023-04-01", YEAR[1])
    bill(
        company, "in_2", "2023-03-31",
        {"amount": -80000, "service": rest, "product": "plan", "proration": True},
    )  # fmt: skip
    return company, {"modification_rules": change(company, treatment)}


def two_segments() -> tuple[Company, dict[str, list[Row]]]:
    """100 a month become 150 a month from July on: unused time back, the rest at the new price."""
    company = Company("two_segments")
    sell(company, "plan")
    bill(company, "in_1", "2023-01-01", {"amount": 120000, "service": YEAR, "product": "plan"})
    rest = ("2023-07-01", YEAR[1])
    bill(
        company, "in_2", "2023-07-01",
        {"amount": -60000, "service": rest, "product": "plan", "proration": True},
        {"amount": 90000, "service": rest, "product": "plan", "proration": True},
    )  # fmt: skip
    return company, {}


def signed() -> Signed:
    """All companies and the rows they signed."""
    cases = [bundled(name, *case) for name, case in BUNDLES.items()]
    cases += [a_noted_bundle(), two_segments(), *(changed(treatment) for treatment in CHANGED)]
    policies = defaultdict(list)
    for _, rows in cases:
        for seed, added in rows.items():
            policies[seed] += added
    return Signed([company for company, _ in cases], policies)


@pytest.fixture(scope="module")
def books(signed_books: DbtRun) -> DbtRun:
    """The build of all companies that sign something, with every control on top."""
    return signed_books


def revenue(books: DbtRun, company: str) -> dict[int, str]:
    return {
        month: f"{amount:.2f}"
        for month, amount in books.query(
            "select month(month_start), sum(recognised_amount) from fct_recognition_schedule"
            " where entity_id = ? group by 1 order by 1",
            [company],
        )
    }


# --- the figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALLOCATED)
def test_a_bundle_is_allocated_by_what_its_products_sell_for_alone(books: DbtRun, name: str) -> None:
    parts = books.query(
        "select net_amount_minor, billed_amount_minor from int_obligations where entity_id = ?"
        " order by source_record_id",
        [name],
    )
    assert [f"{Decimal(part) / 100:.2f}" for part, _ in parts] == ALLOCATED[name]
    assert sum(part for part, _ in parts) == sum(billed for _, billed in parts)


def test_the_allocated_amount_is_what_is_earned(books: DbtRun) -> None:
    """80000.00 over twelve months and 40000.00 as well: 10000.00 a month; the receivable is as billed."""
    earned = revenue(books, "software_with_implementation")
    assert set(earned.values()) == {"10000.00"} and len(earned) == 12
    assert books.query(
        "select sum(expected_debit_amount - expected_credit_amount) from rpt_trial_balance"
        " where entity_id = 'software_with_implementation' and account_role = 'accounts_receivable'"
    ) == [(Decimal("120000"),)]


def test_a_note_on_one_line_of_a_bundle_leaves_no_loss(books: DbtRun) -> None:
    """Half of the year is delivered: 60000.00 are contra revenue, the rest comes out of deferred revenue."""
    moved = dict(books.query(
        "select account_role, sum(expected_debit_amount - expected_credit_amount) from rpt_trial_balance"
        " where entity_id = 'a_noted_bundle' group by 1"
    ))  # fmt: skip
    moved = {role: amount for role, amount in moved.items() if amount}
    assert moved == {"revenue": Decimal("-60000"), "credit_notes": Decimal("60000")}


def test_a_line_outside_of_its_range_is_reported(books: DbtRun) -> None:
    assert books.query(
        "select finding, is_allocated, stated_amount, allocated_amount, deviation_basis_points"
        " from rpt_standalone_price_exceptions where entity_id = 'software_with_implementation'"
        " order by stated_amount"
    ) == [
        ("below_the_range", True, Decimal("0"), Decimal("40000"), -10000),
        ("above_the_range", True, Decimal("120000"), Decimal("80000"), 2000),
    ]
    assert not books.query(
        "select 1 from rpt_standalone_price_exceptions where entity_id = 'sold_at_their_own_prices'"
    )


@pytest.mark.parametrize("treatment", CHANGED)
def test_a_change_of_price_is_earned_by_its_treatment(books: DbtRun, treatment: str) -> None:
    """500.00 were earned by March; the catch-up of -200.00 leaves the 300.00 of the new price."""
    earned = revenue(books, treatment)
    assert {month: earned[month] for month in CHANGED[treatment]} == CHANGED[treatment]
    assert sum(map(Decimal, earned.values())) == Decimal("1200.00")


def test_only_a_separate_contract_is_one(books: DbtRun) -> None:
    found = defaultdict(set)
    for company, contract in books.query(
        "select entity_id, contract_id from int_obligations where entity_id in"
        " ('prospective', 'cumulative_catch_up', 'separate_contract')"
    ):
        found[company].add(contract)
    assert {company: len(contracts) for company, contracts in found.items()} == {
        "prospective": 1, "cumulative_catch_up": 1, "separate_contract": 2,
    }  # fmt: skip


def test_a_price_increase_makes_two_segments(books: DbtRun) -> None:
    """600.00 to June and 900.00 from July on."""
    earned = revenue(books, "two_segments")
    assert sum(Decimal(earned[month]) for month in range(1, 7)) == 600
    assert sum(Decimal(earned[month]) for month in range(7, 13)) == 900
