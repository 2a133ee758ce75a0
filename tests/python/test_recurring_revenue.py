"""MRR, its movements and the revaluation of open balances, from raw tables to marts.

Every company has a handful of rows and lives to the end of 2023; one build computes them all and runs
the controls on them. Months are numbers, 1 is January 2023; money is text in major units.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Callable

import pytest
from conftest import DbtRun
from tiny_companies import SYNCED, Company, at, build_companies

Movement = tuple[str, str]
Line = tuple[int, str, str]

CASES: dict[str, tuple[Callable[[Company], None], dict[int, str], list[tuple[int, str, str]]]] = {}


def case(closing: dict[int, str], movements: list[tuple[int, str, str]]) -> Callable[[Callable], Callable]:
    """A company, its MRR at the end of each month that has any, and every movement: month, name, amount."""

    def remember(build: Callable[[Company], None]) -> Callable:
        CASES[build.__name__] = (build, closing, movements)
        return build

    return remember


def bill(company: Company, day: str, *lines: Line, status: str = "open", **row: object) -> str:
    """Finalise the next invoice; a line is (amount, first moment, end), a negative one gives back."""
    number = len(company.rows["stripe.invoice"]) + 1
    total = sum(amount for amount, _, _ in lines)
    company.add(
        "invoice", id=f"in_{number}", number=f"INV-{number}", customer_id="cus_1", status=status,
        subscription_id="sub_1", currency="usd", subtotal=total, tax=0, total=total, amount_paid=0,
        created=at(day), status_transitions_finalized_at=at(day), is_deleted=False, **row,
    )  # fmt: skip
    for place, (amount, start, end) in enumerate(lines, start=1):
        company.add(
            "invoice_line_item", invoice_id=f"in_{number}", unique_id=f"il_{number}_{place}",
            id=f"il_{number}_{place}", type="subscription", amount=amount, currency="usd", quantity=1,
            price_id="price_1", subscription_id="sub_1", period_start=at(start), period_end=at(end),
            proration=len(lines) > 1,
        )  # fmt: skip
    return f"in_{number}"


def ends(company: Company, day: str) -> None:
    company.add(
        "subscription_history", id="sub_1", customer_id="cus_1", status="canceled", created=at("2023-01-01"),
        start_date=at("2023-01-01"), canceled_at=at(day), ended_at=at(day),
        _fivetran_start=at(day), _fivetran_active=True,
    )  # fmt: skip


@case(
    {1: "30.00", 2: "30.00", 3: "50.00", 4: "20.00", 7: "25.00"},
    [
        (1, "new", "30.00"), (3, "expansion", "20.00"), (4, "contraction", "-30.00"),
        (5, "churn", "-20.00"), (7, "reactivation", "25.00"), (8, "churn", "-25.00"),
    ],
)  # fmt: skip
def a_customer_comes_grows_shrinks_leaves_and_returns(company: Company) -> None:
    for month, amount in ((1, 3000), (2, 3000), (3, 5000), (4, 2000), (7, 2500)):
        bill(company, f"2023-{month:02}-01", (amount, f"2023-{month:02}-01", f"2023-{month + 1:02}-01"))


@case(
    {1: "31.00", 2: "31.00", 3: "31.00"},
    [(1, "new", "31.00"), (4, "churn", "-31.00")],
)
def months_from_the_middle_to_the_middle_do_not_swing(company: Company) -> None:
    for month in (1, 2, 3):
        bill(company, f"2023-{month:02}-15", (3100, f"2023-{month:02}-15", f"2023-{month + 1:02}-15"))


@case(
    {1: "30.00", 2: "30.00", 3: "30.00"},
    [(1, "new", "30.00"), (4, "churn", "-30.00")],
)
def months_that_end_on_the_last_day_do_not_swing(company: Company) -> None:
    for start, end in (("01-31", "02-28"), ("02-28", "03-31"), ("03-31", "04-30")):
        bill(company, f"2023-{start}", (3000, f"2023-{start}", f"2023-{end}"))


@case(
    {1: "31.00", 2: "28.00", 3: "31.00"},
    [(1, "new", "31.00"), (2, "none", "-3.00"), (3, "none", "3.00"), (4, "churn", "-31.00")],
)
def a_quarter_by_days_swings_with_the_calendar(company: Company) -> None:
    bill(company, "2023-01-01", (9000, "2023-01-01", "2023-04-01"))


@case(
    {1: "59.98", 2: "60.00", 3: "60.00"},
    [(1, "new", "59.98"), (2, "none", "0.02"), (4, "churn", "-60.00")],
)
def a_change_of_plan_counts_from_its_month(company: Company) -> None:
    """From 30.00 to 60.00 with ten of 31 days to go: -9.68 and 19.35, rates of -30.01 and 59.99.

    The two cents that February brings are no expansion.
    """
    bill(company, "2023-01-01", (3000, "2023-01-01", "2023-02-01"))
    bill(company, "2023-01-22", (-968, "2023-01-22", "2023-02-01"), (1935, "2023-01-22", "2023-02-01"))
    for month in (2, 3):
        bill(company, f"2023-{month:02}-01", (6000, f"2023-{month:02}-01", f"2023-{month + 1:02}-01"))


@case(
    {1: "31.00"},
    [(1, "new", "31.00"), (2, "churn", "-31.00")],
)
def a_subscription_that_ended_is_out_though_it_still_earns(company: Company) -> None:
    bill(company, "2023-01-01", (9000, "2023-01-01", "2023-04-01"))
    ends(company, "2023-02-10")


@case(
    {1: "31.00"},
    [(1, "new", "31.00"), (2, "churn", "-31.00")],
)
def a_written_off_invoice_leaves_mrr(company: Company) -> None:
    bill(
        company, "2023-01-01", (9000, "2023-01-01", "2023-04-01"), status="uncollectible",
        status_transitions_marked_uncollectible_at=at("2023-02-01"),
    )  # fmt: skip


@case(
    {month: "10.00" for month in range(1, 13)},
    [(1, "new", "10.00")],
)
def a_year_is_twelfths(company: Company) -> None:
    company.yearly()
    bill(company, "2023-01-01", (12000, "2023-01-01", "2024-01-01"))


@case(
    {1: "31.00", 2: "28.00", 3: "31.00"},
    [(1, "new", "31.00"), (2, "none", "-3.00"), (3, "none", "3.00"), (4, "churn", "-31.00")],
)
def service_billed_in_arrears_counts_when_it_was_served(company: Company) -> None:
    bill(company, "2023-03-20", (9000, "2023-01-01", "2023-04-01"))


@case(
    {1: "31.00", 2: "25.20", 3: "27.90"},
    [(1, "new", "31.00"), (2, "contraction", "-3.00"), (2, "calendar", "-2.80"), (3, "none", "2.70"),
     (4, "churn", "-27.90")],
)  # fmt: skip
def a_refund_lowers_mrr_by_its_share(company: Company) -> None:
    """9.00 of 90.00 is a tenth: the rate falls from 30.00 to 27.00, the rest is February."""
    company.invoice("2023-01-01", (9000, "2023-01-01", "2023-04-01"), status="paid", paid=9000)
    company.charge("2023-01-01", 9000)
    company.refund("re_1", "2023-02-01", 900)


def euros(company: Company) -> None:
    company.invoice("2023-01-10", (3000, "2023-01-01", "2023-02-01"), currency="eur")


def pounds(company: Company) -> None:
    company.invoice("2023-01-10", (3000, "2023-01-01", "2023-02-01"), currency="gbp")


def settled_euros(company: Company) -> None:
    company.invoice("2023-01-10", (3000, "2023-01-01", "2023-02-01"), currency="eur", status="paid", paid=3000)
    company.charge("2023-01-20", 3000, currency="eur")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    companies = []
    builders = {name: build for name, (build, _, _) in CASES.items()}
    for name, build in {**builders, "euros": euros, "pounds": pounds, "settled_euros": settled_euros}.items():
        company = Company(name)
        build(company)
        companies.append(company)
    # The as-of date is the day before the load.
    assert SYNCED.date() == date(2024, 1, 1)
    rates = [
        (date(2023, 1, 9), "USD", "1.20"), (date(2023, 1, 31), "USD", "1.10"), (date(2023, 1, 9), "GBP", "0.80"),
        (date(2023, 2, 27), "USD", "1.30"), (date(2023, 12, 31), "USD", "1.00"),
    ]  # fmt: skip
    needed = ("rpt_mrr", "rpt_mrr_movements", "rpt_mrr_to_revenue", "rpt_unrealised_revaluation")
    return build_companies(
        tmp_path_factory.mktemp("recurring"), companies, rates, select=tuple(f"+{mart}" for mart in needed), tests=True
    )


@pytest.mark.parametrize("name", CASES)
def test_mrr_at_the_end_of_every_month(books: DbtRun, name: str) -> None:
    found = books.query(
        "select month(month_start), closing_amount from rpt_mrr"
        f" where entity_id = '{name}' and closing_amount <> 0 order by month_start"
    )
    assert dict(found) == {month: Decimal(amount) for month, amount in CASES[name][1].items()}


@pytest.mark.parametrize("name", CASES)
def test_every_movement_of_mrr(books: DbtRun, name: str) -> None:
    found = books.query(
        "select month(month_start), movement, new_amount + expansion_amount + contraction_amount"
        " + churn_amount + reactivation_amount, calendar_amount from rpt_mrr"
        f" where entity_id = '{name}' order by month_start"
    )
    moved = []
    for month, movement, amount, calendar in found:
        if amount:
            moved.append((month, movement, amount))
        if calendar:
            moved.append((month, "calendar" if amount else movement, calendar))
    assert moved == [(month, movement, Decimal(amount)) for month, movement, amount in CASES[name][2]]


def test_mrr_leads_to_revenue_without_a_residual(books: DbtRun) -> None:
    assert books.query("select count(*) from rpt_mrr_to_revenue where residual_amount <> 0") == [(0,)]
    assert books.query(
        "select month(month_start), mrr_amount, ended_amount, revenue_amount from rpt_mrr_to_revenue"
        " where entity_id = 'a_subscription_that_ended_is_out_though_it_still_earns' order by month_start"
    ) == [(1, 31, 0, 31), (2, 0, 28, 28), (3, 0, 31, 31)]
    assert books.query(
        "select month(month_start), mrr_amount, catch_up_amount, revenue_amount from rpt_mrr_to_revenue"
        " where entity_id = 'service_billed_in_arrears_counts_when_it_was_served' order by month_start"
    ) == [(1, 31, -31, 0), (2, 28, -28, 0), (3, 31, 59, 90)]


def test_retention_is_a_share_of_the_opening(books: DbtRun) -> None:
    assert books.query(
        "select month(month_start), gross_retention_basis_points, net_retention_basis_points, closing_customer_count"
        " from rpt_mrr_movements where entity_id = 'a_customer_comes_grows_shrinks_leaves_and_returns'"
        " and month_start <= date '2023-06-01' order by month_start"
    ) == [
        (1, None, None, 1), (2, 10000, 10000, 1), (3, 10000, 16667, 1), (4, 4000, 4000, 1), (5, 0, 0, 0),
        (6, None, None, 0),
    ]  # fmt: skip


def revalued(books: DbtRun, name: str, role: str) -> list[tuple]:
    return books.query(
        "select month(month_start), currency_code, open_balance, carrying_functional_balance, closing_rate,"
        " closing_functional_balance, unrealised_gain_amount, is_rate_missing from rpt_unrealised_revaluation"
        f" where entity_id = '{name}' and account_role = '{role}' and month_start <= date '2023-04-01'"
        " order by month_start"
    )


def test_an_open_balance_is_revalued_at_every_months_end(books: DbtRun) -> None:
    """30.00 EUR booked at 1.20, open at 1.10: a loss of 3.00. February is at 1.30, carried into March."""
    loss, gain = Decimal("-3.00"), Decimal("3.00")
    assert revalued(books, "euros", "accounts_receivable") == [
        (1, "EUR", 30, 36, Decimal("1.10"), 33, loss, False),
        (2, "EUR", 30, 36, Decimal("1.30"), 39, gain, False),
        (3, "EUR", 30, 36, Decimal("1.30"), 39, gain, False),
        (4, "EUR", 30, 36, Decimal("1.30"), 39, gain, False),
    ]


def test_a_balance_without_a_rate_is_named_and_not_valued(books: DbtRun) -> None:
    """Pounds were last published on 9 January; the rate is carried for 31 days and no further."""
    rows = revalued(books, "pounds", "accounts_receivable")
    assert [(row[0], row[2], row[3], row[-1]) for row in rows] == [
        (1, 30, 45, False), (2, 30, 45, True), (3, 30, 45, True), (4, 30, 45, True)
    ]  # fmt: skip
    assert rows[0][5] == Decimal("41.25") and rows[1][4:7] == (None, None, None)


def test_a_settled_balance_is_not_revalued(books: DbtRun) -> None:
    """What the customer owed is paid; what lies at the processor is still in euros."""
    assert revalued(books, "settled_euros", "accounts_receivable") == []
    assert revalued(books, "settled_euros", "processor_clearing")[0][:7] == (
        1, "EUR", 30, 36, Decimal("1.10"), 33, Decimal("-3.00")
    )  # fmt: skip
