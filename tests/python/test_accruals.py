"""Service before its invoice, from raw tables to balances: usage, estimates, commitments, catch-up off.

Every case is a company of its own, all of them in one build; the published examples of Stripe and Lago
are among them, moved to years in which the data lies. Months are numbers, 1 is January 2023; money is
text in major units, + is a debit.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Callable

import pytest
from conftest import DbtRun
from tiny_companies import Company, at, build_companies

pytestmark = pytest.mark.dbt

Movements = dict[str, dict[int, str]]
CASES: dict[str, tuple[Callable[[Company], None], Movements]] = {}
POLICIES: dict[str, list[dict[str, Any]]] = defaultdict(list)
RATES = [
    (date(2022, 12, 1), "USD", "1.00"),
    (date(2023, 6, 1), "USD", "1.00"),
    (date(2022, 12, 1), "GBP", "0.50"),
    (date(2023, 1, 20), "GBP", "0.80"),
]


def case(**balances: dict[int, str]) -> Callable[[Callable], Callable]:
    """A company and the movement of its accounts by month: in full, what is not named does not move."""

    def remember(build: Callable[[Company], None]) -> Callable:
        CASES[build.__name__] = (build, balances)
        return build

    return remember


def known(company: Company) -> None:
    """A metered item of a customer who has had an invoice before, of nothing."""
    company.metered("100")
    company.bill("in_0", "2022-12-01", 0, "2022-12-01", "2022-12-01", price_id=None, subscription_item_id=None)


def running_january(company: Company) -> None:
    known(company)
    company.rows["stripe.subscription_item"][0] |= {
        "current_period_start": at("2023-01-01", 0), "current_period_end": at("2023-02-01", 0),
    }  # fmt: skip


def policy(company: Company, seed: str, **row: Any) -> None:
    POLICIES[seed].append({"entity_id": company.name, **row})


def customer(company: Company) -> str:
    return f"stripe.{company.name}:cus_1"


def estimate(company: Company, amount: str, from_day: str = "2023-01-01", **row: Any) -> None:
    """An estimate for 1 January to 31 March."""
    policy(company, "variable_consideration", **({
        "estimate_id": f"{company.name}-1", "customer_id": customer(company), "currency_code": "USD",
        "service_start_date": "2023-01-01", "service_end_date": "2023-04-01", "estimate_amount": amount,
        "constraint_bps": 0, "effective_from": from_day,
    } | row))  # fmt: skip


def commitment(company: Company, minimum: str, **row: Any) -> None:
    policy(company, "usage_commitments", **({
        "commitment_id": f"{company.name}-1", "subscription_id": f"stripe.{company.name}:sub_1",
        "product_id": f"stripe.{company.name}:prod_1", "currency_code": "USD",
        "minimum_amount": minimum, "effective_from": "2023-01-01",
    } | row))  # fmt: skip


def running_value(company: Company, aggregation: str) -> None:
    company.metered("100", aggregation)
    company.usage("u_1", "2023-01-25", "17")
    company.usage("u_2", "2023-01-27", "10")
    company.usage("u_3", "2023-02-04", "15")


# --- how usage adds up -----------------------------------------------------------------------------


@case(
    revenue={1: "-10.00", 2: "-5.00"},
    unbilled_receivable={1: "10.00", 2: "-10.00"},
    accounts_receivable={2: "15.00"},
)
def the_last_value_during_a_period_counts(company: Company) -> None:
    """Stripe: 17, then 10 in January, 15 in February, invoiced 15.00 on 14 February."""
    running_value(company, "last_during_period")
    company.bill("in_1", "2023-02-14", 1500, "2023-01-15", "2023-02-14")


@case(
    revenue={1: "-10.00", 2: "-8.00", 3: "-18.00"},
    unbilled_receivable={1: "10.00", 2: "-10.00"},
    accounts_receivable={2: "18.00", 3: "18.00"},
)
def the_last_value_ever_does_not_accrue_again(company: Company) -> None:
    """Stripe: a further 18 on 8 February; March has no record, so its revenue comes with the invoice."""
    running_value(company, "last_ever")
    company.usage("u_4", "2023-02-08", "18")
    company.bill("in_1", "2023-02-14", 1800, "2023-01-15", "2023-02-14")
    company.bill("in_2", "2023-03-14", 1800, "2023-02-14", "2023-03-14")


@case(revenue={1: "-10.00"}, unbilled_receivable={1: "10.00"})
def calls_are_revenue_when_they_are_made(company: Company) -> None:
    """Lago: 200 calls at 0.05 on 3 January."""
    company.metered("5")
    company.usage("u_1", "2023-01-03", "200")
    company.usage("u_2", "2023-01-03", "0.0000001")


@case(
    revenue={1: "-27.00", 2: "-15.00"},
    unbilled_receivable={1: "27.00", 2: "-27.00"},
    accounts_receivable={2: "42.00"},
)
def without_an_aggregation_every_record_adds(company: Company) -> None:
    running_value(company, "")
    company.bill("in_1", "2023-02-14", 4200, "2023-01-15", "2023-02-14")


@case(revenue={1: "-17.00", 2: "-1.00"}, unbilled_receivable={1: "17.00", 2: "1.00"})
def only_a_new_maximum_adds(company: Company) -> None:
    running_value(company, "max")
    company.usage("u_4", "2023-02-08", "18")


@case(
    revenue={1: "-0.01", 2: "-0.00", 3: "-0.01"},
    unbilled_receivable={1: "0.01", 2: "0.00", 3: "0.01"},
)
def fractions_of_a_cent_are_rounded_once(company: Company) -> None:
    """0.6 cents, 1.2 cents, 1.8 cents to date: 1, 1 and 2 cents."""
    company.metered("0.6")
    for month in (1, 2, 3):
        company.usage(f"u_{month}", f"2023-0{month}-10", "1")


@case(revenue={1: "-20.00"}, unbilled_receivable={1: "20.00"})
def usage_in_a_foreign_currency_has_the_rate_of_its_first_day(company: Company) -> None:
    """10.00 GBP at 2.00 on 5 January; the rate of 1.25 from the 20th on does not matter."""
    company.metered("100", currency="gbp")
    company.usage("u_1", "2023-01-05", "4")
    company.usage("u_2", "2023-01-25", "6")


@case()
def usage_in_a_currency_without_a_rate_is_not_accrued(company: Company) -> None:
    company.metered("100", currency="chf")
    company.usage("u_1", "2023-01-05", "4")


@case()
def tiers_are_not_rated(company: Company) -> None:
    company.metered(None)
    company.usage("u_1", "2023-01-03", "200")


@case(
    revenue={1: "-2.00", 2: "-1.00"},
    unbilled_receivable={1: "2.00", 2: "-2.00"},
    accounts_receivable={2: "3.00"},
)
def late_usage_is_no_part_of_the_accrual(company: Company) -> None:
    """Four units used on 20 January are reported 61 minutes after the invoice, one in the hour."""
    company.metered("100")
    company.usage("u_1", "2023-01-20", "2")
    company.usage("u_2", "2023-02-01", "1", recorded=at("2023-02-14") + timedelta(minutes=60))
    company.usage("u_3", "2023-01-20", "4", recorded=at("2023-02-14") + timedelta(minutes=61))
    company.bill("in_1", "2023-02-14", 300, "2023-01-15", "2023-02-14")


# --- estimates -------------------------------------------------------------------------------------


@case(
    revenue={1: "-31.00", 2: "-28.00", 3: "-31.00"},
    unbilled_receivable={1: "31.00", 2: "28.00", 3: "31.00"},
)
def an_estimate_is_earned_over_its_service(company: Company) -> None:
    known(company)
    estimate(company, "90")


@case(
    revenue={1: "-31.00", 2: "-87.00", 3: "-62.00"},
    unbilled_receivable={1: "31.00", 2: "87.00", 3: "62.00"},
)
def a_new_estimate_is_caught_up_on_its_day(company: Company) -> None:
    """90 becomes 180 on 10 February: 118.00 is earned by its end, 31.00 was."""
    known(company)
    estimate(company, "90")
    estimate(company, "180", "2023-02-10")


@case(
    revenue={1: "-15.50", 2: "-43.50", 3: "-31.00"},
    unbilled_receivable={1: "15.50", 2: "43.50", 3: "31.00"},
)
def what_is_constrained_waits_until_it_is_certain(company: Company) -> None:
    """Half of 90 is held back until 28 February."""
    known(company)
    estimate(company, "90", constraint_bps=5000)
    estimate(company, "90", "2023-02-28")


@case(
    revenue={1: "31.00", 2: "28.00", 3: "31.00"},
    unbilled_receivable={1: "-31.00", 2: "-28.00", 3: "-31.00"},
)
def an_expected_rebate_lowers_revenue(company: Company) -> None:
    known(company)
    estimate(company, "-90")


@case(
    revenue={1: "-31.00", 2: "-28.00", 3: "-41.00"},
    unbilled_receivable={1: "31.00", 2: "28.00", 3: "-59.00"},
    accounts_receivable={3: "100.00"},
)
def the_actual_invoice_replaces_the_estimate(company: Company) -> None:
    """100.00 is billed on 31 March for what was estimated at 90; the re-estimate after it is void."""
    known(company)
    estimate(company, "90")
    estimate(company, "700", "2023-04-02")
    company.bill("in_1", "2023-03-31", 10000, "2023-01-01", "2023-04-01")


# --- minimum commitments ---------------------------------------------------------------------------


@case(
    revenue={1: "-100.00", 2: "-0.00"},
    unbilled_receivable={1: "100.00", 2: "-100.00"},
    accounts_receivable={2: "100.00"},
)
def a_shortfall_is_earned_on_the_last_day_of_its_period(company: Company) -> None:
    """30.00 used of 100.00 promised; both lines are on the invoice of 3 February."""
    company.metered("100")
    company.usage("u_1", "2023-01-20", "30")
    commitment(company, "100")
    company.bill("in_1", "2023-02-03", 3000, "2023-01-01", "2023-02-01")
    company.rows["stripe.invoice"][0] |= {"subtotal": 10000, "total": 10000}
    company.add(
        "invoice_line_item", invoice_id="in_1", unique_id="il_2", id="il_2", type="invoiceitem",
        amount=7000, currency="usd", quantity=1, subscription_id="sub_1", proration=False,
        period_start=at("2023-02-03"), period_end=at("2023-02-03"),
    )  # fmt: skip


@case(revenue={1: "-130.00"}, unbilled_receivable={1: "130.00"})
def more_than_the_minimum_has_no_shortfall(company: Company) -> None:
    running_january(company)
    company.usage("u_1", "2023-01-20", "130")
    commitment(company, "100")


@case(revenue={1: "-100.00"}, unbilled_receivable={1: "100.00"})
def a_period_without_usage_owes_all_of_its_minimum(company: Company) -> None:
    running_january(company)
    commitment(company, "100")


# --- service before the invoice --------------------------------------------------------------------


def quarter_billed_late(company: Company) -> None:
    """Stripe: 92.00 for October to December, invoiced on 1 November (here of the year before January)."""
    company.add("price", id="price_1", product_id="prod_1", currency="usd", recurring_interval="month")
    company.bill("in_1", "2022-11-01", 9200, "2022-10-01", "2023-01-01")


@case(
    revenue={-2: "-31.00", -1: "-30.00", 0: "-31.00"},
    unbilled_receivable={-2: "31.00", -1: "-31.00"},
    accounts_receivable={-1: "92.00"},
    deferred_revenue={-1: "-31.00", 0: "31.00"},
)
def with_catch_up_off_service_is_earned_in_its_own_months(company: Company) -> None:
    quarter_billed_late(company)
    policy(company, "policies", policy="catch_up", choice="off", effective_from="2022-06-01")


@case(
    revenue={-1: "-61.00", 0: "-31.00"},
    accounts_receivable={-1: "92.00"},
    deferred_revenue={-1: "-31.00", 0: "31.00"},
)
def with_catch_up_on_service_is_earned_on_invoicing(company: Company) -> None:
    quarter_billed_late(company)


@case(
    revenue={1: "-27.00", 2: "-15.00"},
    unbilled_receivable={1: "27.00", 2: "-27.00"},
    accounts_receivable={2: "42.00"},
)
def with_catch_up_off_usage_is_not_accrued_twice(company: Company) -> None:
    without_an_aggregation_every_record_adds(company)
    policy(company, "policies", policy="catch_up", choice="off", effective_from="2022-06-01")


# --- the build -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    companies = []
    for name, (build, _) in CASES.items():
        company = Company(name)
        company.add("customer", id="cus_1", name="Customer")
        build(company)
        companies.append(company)
    policies = {seed: list(rows) for seed, rows in POLICIES.items()}
    folder = tmp_path_factory.mktemp("accruals")
    needed = [
        "fct_usage_accruals", "fct_accrual_schedule", "int_expected_entries", "fct_quarantined_rows",
        "rpt_row_conservation",
    ]  # fmt: skip
    select = tuple(f"+{model}" for model in needed)
    return build_companies(folder, companies, RATES, policies, select=select, tests=True)


@pytest.fixture(scope="module")
def movements(built: DbtRun) -> dict[str, Movements]:
    found: dict[str, Movements] = defaultdict(lambda: defaultdict(dict))
    rows = built.query(
        "select entity_id, account_role, 12 * (year(month_start) - 2023) + month(month_start),"
        " sum(debit_amount - credit_amount) from ("
        "   select entity_id, account_role, date_trunc('month', entry_date) as month_start,"
        "   greatest(functional_amount_minor, 0) as debit_amount,"
        "   greatest(-functional_amount_minor, 0) as credit_amount from int_expected_entries)"
        " group by all"
    )
    for entity, role, month, minor in rows:
        if minor:
            found[entity][role][month] = str(Decimal(int(minor)).scaleb(-2))
    return found


def moved(expected: Movements) -> Movements:
    """Without what is expected not to move."""
    named = {
        role: {month: amount for month, amount in months.items() if Decimal(amount)}
        for role, months in expected.items()
    }
    return {role: months for role, months in named.items() if months}


@pytest.mark.parametrize("name", CASES)
def test_the_accounts_move_as_published(name: str, movements: dict[str, Movements]) -> None:
    found = {role: dict(months) for role, months in movements[name].items()}
    expected = moved(CASES[name][1])
    if "deferred_revenue" not in expected:
        # What is billed after its service passes through deferred revenue within a month.
        found.pop("deferred_revenue", None)
    assert found == expected


def test_what_would_be_under_the_other_policy_is_there_and_posts_nothing(built: DbtRun) -> None:
    rows = built.query(
        "select scenario, month_start, recognised_amount_minor, unbilled_amount_minor"
        " from int_accruals_by_month where entity_id = 'with_catch_up_on_service_is_earned_on_invoicing'"
        " order by month_start"
    )
    assert rows == [
        ("catch_up:off", date(2022, 10, 1), 3100, 3100),
        ("catch_up:off", date(2022, 11, 1), -3100, 0),
    ]


def test_late_usage_is_shown_as_a_class_of_its_own(built: DbtRun) -> None:
    rows = built.query(
        "select status, quantity, rated_amount, invoiced_amount, record_count, late_record_count,"
        " late_quantity, late_amount from fct_usage_accruals"
        " where entity_id = 'late_usage_is_no_part_of_the_accrual'"
    )
    assert rows == [("invoiced", 3, 3, 3, 3, 1, 4, 4)]


def test_usage_that_is_not_accrued_has_a_reason(built: DbtRun) -> None:
    rows = dict(
        built.query("select entity_id, reason from fct_usage_accruals where status = 'not_rated'")
    )
    assert rows == {
        "tiers_are_not_rated": "no_unit_price",
        "usage_in_a_currency_without_a_rate_is_not_accrued": "missing_rate",
    }


def test_usage_that_cannot_be_read_is_quarantined_and_counted(built: DbtRun) -> None:
    rows = built.query(
        "select entity_id, rows_in, accepted_rows, ignored_rows, quarantined_rows from rpt_row_conservation"
        " where source_name = 'metering' and quarantined_rows > 0"
    )
    assert rows == [("calls_are_revenue_when_they_are_made", 2, 1, 0, 1)]


def test_every_usage_record_is_in_one_period(built: DbtRun) -> None:
    assert built.query("select count(*) from int_usage_records") == built.query(
        "select sum(record_count) from fct_usage_accruals"
    )


def test_what_cannot_be_valued_stands_in_quarantine(built: DbtRun) -> None:
    rows = built.query(
        "select source_name, source_table, reason, currency_code from fct_quarantined_rows"
        " where source_name in ('metering', 'policy') order by source_table"
    )
    assert rows == [
        ("metering", "usage_period", "missing_rate", "CHF"),
        ("metering", "usage_record", "unreadable_quantity", None),
    ]


def test_an_open_accrual_stands_until_the_as_of_month(built: DbtRun) -> None:
    rows = built.query(
        "select count(*), min(unbilled_amount), max(unbilled_amount), max(month_end)"
        " from fct_accrual_schedule where entity_id = 'calls_are_revenue_when_they_are_made'"
    )
    assert rows == [(12, 10, 10, date(2023, 12, 31))]
