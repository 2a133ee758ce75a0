"""The revenue reports on companies of one invoice each, from raw tables to marts, one build for all.

A two-year plan of 2,400.00 is billed on 1 January 2023 and earns 100.00 in each of 24 months, so what
is deferred, long-term and still to come can be read off the calendar.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from conftest import DbtRun
from tiny_companies import Company, Signed, at

TWO_YEARS = (240000, "2023-01-01", "2025-01-01")
QUARTER = (9000, "2023-01-01", "2023-04-01")
CONTROLS = (
    "assert_rollforwards_by_dimension_sum_to_the_currency",
    "assert_long_term_deferred_is_earned_after_a_year",
    "assert_forecast_sums_to_deferred_revenue",
    "assert_remaining_obligations_sum_to_deferred_revenue",
    "assert_contract_balances_sum_to_the_accounts",
    "assert_revenue_summary_ties_to_the_schedule",
    "assert_waterfall_remaining_is_the_closing_deferred_revenue",
    "assert_waterfall_rows_sum_to_what_was_billed",
)


def two_years(name: str) -> Company:
    company = Company(name)
    company.yearly()
    company.invoice("2023-01-01", TWO_YEARS, status="paid", paid=240000)
    company.charge("2023-01-01", 240000)
    return company


def synced_on(company: Company, day: str) -> Company:
    """As if the last load had been on that day: the day before it is the last one that counts."""
    for rows in company.rows.values():
        for row in rows:
            row["_fivetran_synced"] = datetime.fromisoformat(day).replace(hour=6)
    return company


def companies() -> list[Company]:
    untouched = two_years("untouched")
    refunded = two_years("refunded")
    refunded.refund("re_1", "2023-06-10", 24000)
    mid_month = synced_on(two_years("mid_month"), "2023-06-16")
    known_later = two_years("known_later")
    known_later.refund("re_1", "2023-06-16", 24000)
    synced_on(known_later, "2023-06-16")
    by_day = Company("by_day")
    by_day.invoice("2023-01-01", (73100, "2023-01-01", "2025-01-01"))
    abroad = Company("abroad")
    abroad.yearly()
    abroad.invoice("2023-01-01", TWO_YEARS, currency="eur")
    voided = Company("voided")
    voided.invoice(
        "2023-01-01", QUARTER, status="void", status_transitions_voided_at=at("2023-02-01")
    )
    upgraded = Company("upgraded")
    upgraded.yearly()
    upgraded.invoice(
        "2023-07-01", (-90000, "2023-07-01", "2024-10-01"), (180000, "2023-07-01", "2024-10-01")
    )
    return [untouched, refunded, mid_month, known_later, by_day, abroad, voided, upgraded]


def signed() -> Signed:
    """They sign nothing: the policies that are shipped."""
    return Signed(companies())


@pytest.fixture(scope="module")
def books(signed_books: DbtRun) -> DbtRun:
    """The build of all companies that sign something, with every control on top."""
    return signed_books


def months(books: DbtRun, mart: str, column: str, company: str) -> dict[str, str]:
    """{month as YYYY-MM: amount}, zeros left out."""
    rows = books.query(
        f"select strftime(month_start, '%Y-%m'), sum({column}) as amount from {mart}"
        " where entity_id = ? group by 1 having amount <> 0 order by 1",
        [company],
    )
    return {month: f"{amount:.2f}" for month, amount in rows}


ROLLFORWARD = "rpt_deferred_revenue_rollforward_by_currency"


def test_the_controls_of_the_reports_hold(books: DbtRun) -> None:
    assert {control: books.statuses.get(control) for control in CONTROLS} == dict.fromkeys(CONTROLS, "pass")


def test_the_long_term_part_is_what_is_earned_after_the_next_twelve_months(books: DbtRun) -> None:
    """At the end of January 2023 eleven of 24 months lie after January 2024; each month takes one away."""
    expected = {f"2023-{month:02}": f"{(12 - month) * 100}.00" for month in range(1, 12)}
    assert months(books, ROLLFORWARD, "long_term_closing_amount", "untouched") == expected
    current = months(books, ROLLFORWARD, "current_closing_amount", "untouched")
    assert set(current.values()) == {"1200.00"} and len(current) == 12


def test_a_refund_lowers_the_long_term_part_from_its_month_on(books: DbtRun) -> None:
    """A tenth is taken in June: before it the figures stand, from it on they are nine tenths."""
    long_term = months(books, ROLLFORWARD, "long_term_closing_amount", "refunded")
    assert [long_term[f"2023-{month:02}"] for month in (1, 5, 6, 11)] == [
        "1100.00", "700.00", "540.00", "90.00",
    ]  # fmt: skip


def test_the_long_term_part_is_kept_in_both_currencies(books: DbtRun) -> None:
    """2,400.00 EUR at 1.20 are 2,880.00 USD: half of it is long-term one month after the other."""
    assert months(books, ROLLFORWARD, "long_term_closing_amount", "abroad")["2023-01"] == "1100.00"
    # The main rollforward shows this beside the ledger, which these companies do not have.
    assert books.query(
        "select long_term_closing_minor from int_deferred_revenue_by_month where entity_id = 'abroad'"
        " and basis = 'functional' and dimension = 'all' and month_start = date '2023-01-01'"
    ) == [(132000,)]


def test_a_credit_for_unused_service_lowers_both_parts(books: DbtRun) -> None:
    """-900.00 and 1,800.00 over fifteen months from July 2023: two of fifteen months are long-term."""
    assert months(books, ROLLFORWARD, "long_term_closing_amount", "upgraded") == {
        "2023-07": "120.00", "2023-08": "60.00",
    }  # fmt: skip


def test_the_forecast_lays_the_closing_balance_out_in_months(books: DbtRun) -> None:
    expected = {f"2024-{month:02}": "100.00" for month in range(1, 13)}
    assert months(books, "rpt_revenue_forecast", "recognised_amount", "untouched") == expected


def test_a_month_that_is_not_over_is_still_to_be_earned(books: DbtRun) -> None:
    """On 15 June five months are earned: June itself and eighteen more are to come, six long-term."""
    forecast = months(books, "rpt_revenue_forecast", "recognised_amount", "mid_month")
    assert list(forecast)[0] == "2023-06" and len(forecast) == 19
    assert books.query(
        "select is_current, min(months_ahead), max(months_ahead), sum(recognised_amount)"
        " from rpt_revenue_forecast where entity_id = 'mid_month' group by 1 order by 1"
    ) == [(False, 13, 18, 600), (True, 0, 12, 1300)]
    assert months(books, ROLLFORWARD, "long_term_closing_amount", "mid_month")["2023-06"] == "600.00"


def test_a_refund_after_the_last_day_that_counts_is_shown_apart(books: DbtRun) -> None:
    """240.00 on 16 June: 50.00 of it was earned, 190.00 leave what is deferred on the 15th."""
    assert months(books, "rpt_revenue_forecast", "returned_amount", "known_later") == {"2023-06": "190.00"}
    assert books.query(
        "select sum(recognised_amount + returned_amount) from rpt_revenue_forecast"
        " where entity_id = 'known_later'"
    ) == [(1900,)]


def test_what_a_contract_still_owes_is_split_at_twelve_months(books: DbtRun) -> None:
    assert books.query(
        "select billed_not_earned_amount, unbilled_amount, within_twelve_months_amount,"
        " after_twelve_months_amount, undated_amount from rpt_remaining_performance_obligations"
        " where entity_id = 'mid_month'"
    ) == [(1900, 0, 1300, 600, 0)]


def test_a_contract_owed_service_is_a_liability_until_it_is_delivered(books: DbtRun) -> None:
    liability = months(books, "rpt_contract_balances", "contract_liability_amount", "by_day")
    assert liability["2023-01"] == "700.00" and liability["2023-12"] == "366.00"
    assert not months(books, "rpt_contract_balances", "contract_asset_amount", "by_day")


def test_a_void_is_a_negative_row_of_the_waterfall_in_its_own_month(books: DbtRun) -> None:
    """31.00 of a quarter are earned in January; voided on 1 February, they are taken back then."""
    assert books.query(
        "select month(recognition_month), recognised_amount, contra_amount, net_recognised_amount,"
        " remaining_amount from rpt_revenue_waterfall where entity_id = 'voided'"
        " and recognition_month < date '2023-03-01' order by 1"
    ) == [(1, 31, 0, 31, 59), (2, 0, 31, -31, 0)]
