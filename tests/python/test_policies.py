"""What each choice of a policy does, from raw tables to marts, in figures worked out by hand.

The line of most cases is 90.00 for January to March 2023, 31 + 28 + 31 days. Months are numbers; money
is text in major units. Accounts that a case does not name are expected not to move.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Callable

import pytest
from conftest import DbtRun
from tiny_companies import Company, Movements, Signed, at, moved, recognised

QUARTER = (9000, "2023-01-01", "2023-04-01")
HALF_YEAR = (18100, "2023-01-01", "2023-07-01")
CASES: dict[str, tuple[Callable[[Company], None], Movements, Movements | None]] = {}


def case(schedule: Movements, balances: Movements | None = None) -> Callable[[Callable], Callable]:
    """A company and what is expected: revenue and contra by month, and what moved on each account."""

    def remember(build: Callable[[Company], None]) -> Callable:
        CASES[build.__name__] = (build, schedule, balances)
        return build

    return remember


def paid_quarter(company: Company, tax: int = 0) -> None:
    company.invoice("2023-01-01", QUARTER, tax=tax, status="paid", paid=9000 + tax)
    company.charge("2023-01-01", 9000 + tax)


# --- reduction_split -------------------------------------------------------------------------------


@case(
    # 50.00 are left for 59 days: 28 of them earn 23.73.
    {"revenue": {1: "31.00", 2: "23.73", 3: "26.27"}},
    {
        "processor_clearing": {1: "90.00", 2: "-9.00"},
        "deferred_revenue": {1: "-59.00", 2: "32.73", 3: "26.27"},
        "revenue": {1: "-31.00", 2: "-23.73", 3: "-26.27"},
    },
)
def a_refund_takes_unserved_service_first(company: Company) -> None:
    company.chooses("reduction_split", "deferred_first")
    paid_quarter(company)
    company.refund("re_1", "2023-02-01", 900)


@case({"revenue": {1: "31.00"}, "contra": {2: "31.00"}})
def a_full_refund_is_contra_only_where_service_does_not_cover_it(company: Company) -> None:
    company.chooses("reduction_split", "deferred_first")
    paid_quarter(company)
    company.refund("re_1", "2023-02-01", 9000)


@case(
    # 1 February: 20.00 of 59.00. 1 March: 39.00 left for 59 days are 20.49 for 31, all of them go,
    # and 4.51 of the 25.00 that nothing covers.
    {"revenue": {1: "31.00", 2: "18.51"}, "contra": {3: "4.51"}}
)
def a_second_refund_finds_what_the_first_one_left(company: Company) -> None:
    company.chooses("reduction_split", "deferred_first")
    paid_quarter(company)
    company.refund("re_1", "2023-02-01", 2000)
    company.refund("re_2", "2023-03-01", 2500)


@case(
    # 59.50 are left for 150 days. From May on the line is whole again; what February to April missed
    # (28 + 31 + 30 less 35.30) is caught up in May.
    {"revenue": {1: "31.00", 2: "11.11", 3: "12.29", 4: "11.90", 5: "84.70", 6: "30.00"}}
)
def a_voided_note_that_took_unserved_service_is_caught_up(company: Company) -> None:
    company.chooses("reduction_split", "deferred_first")
    company.invoice("2023-01-01", HALF_YEAR)
    company.note("2023-02-01", 9050, voided="2023-05-03")


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}, "contra": {2: "9.00"}},
    {
        "processor_clearing": {1: "90.00", 2: "-9.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
        "refunds": {2: "9.00"},
    },
)
def a_refund_is_all_contra_in_its_period(company: Company) -> None:
    company.chooses("reduction_split", "contra_in_period")
    paid_quarter(company)
    company.refund("re_1", "2023-02-01", 900)


@case({"revenue": {1: "31.00", 2: "25.20", 3: "27.90"}, "contra": {2: "3.10", 3: "9.00"}})
def a_new_choice_leaves_earlier_reductions_alone(company: Company) -> None:
    company.chooses("reduction_split", "proportional")
    company.chooses("reduction_split", "contra_in_period", since="2023-03-01")
    paid_quarter(company)
    company.refund("re_1", "2023-02-01", 900)
    company.refund("re_2", "2023-03-15", 900)


# --- dispute_treatment -----------------------------------------------------------------------------


@case(
    # Lost on 1 March, 59 of 90 days served: 59.00 contra, 31.00 unearned.
    {"revenue": {1: "31.00", 2: "28.00"}, "contra": {3: "59.00"}},
    {
        "processor_clearing": {1: "90.00", 2: "-90.00"},
        "disputes_receivable": {2: "90.00", 3: "-90.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00"},
        "disputes": {3: "59.00"},
    },
)
def a_dispute_waits_as_a_receivable_until_it_is_lost(company: Company) -> None:
    company.chooses("dispute_treatment", "receivable_until_decided")
    paid_quarter(company)
    company.dispute("2023-02-01", 9000, lost="2023-03-01")


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}},
    {
        "processor_clearing": {1: "90.00", 2: "-105.00", 3: "90.00"},
        "disputes_receivable": {2: "90.00", 3: "-90.00"},
        "dispute_fees": {2: "15.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def a_won_dispute_stops_waiting_and_costs_its_fee(company: Company) -> None:
    company.chooses("dispute_treatment", "receivable_until_decided")
    paid_quarter(company)
    company.dispute("2023-02-01", 9000, fee=1500, won="2023-03-01")


@case(
    {"revenue": {1: "31.00", 2: "28.00"}, "contra": {3: "59.00"}},
    {
        "processor_clearing": {1: "90.00", 3: "-90.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00"},
        "disputes": {3: "59.00"},
    },
)
def a_dispute_is_nothing_until_it_is_lost(company: Company) -> None:
    company.chooses("dispute_treatment", "on_loss")
    paid_quarter(company)
    company.dispute("2023-02-01", 9000, lost="2023-03-01")


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}},
    {
        "processor_clearing": {1: "90.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def a_won_dispute_never_was(company: Company) -> None:
    company.chooses("dispute_treatment", "on_loss")
    paid_quarter(company)
    company.dispute("2023-02-01", 9000, won="2023-03-01")


# --- bad_debt_treatment ----------------------------------------------------------------------------


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}, "contra": {2: "90.00"}},
    {
        "accounts_receivable": {1: "99.00", 2: "-99.00"},
        "tax_payable": {1: "-9.00"},
        "bad_debt": {2: "99.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def a_write_off_is_a_loss_of_all_that_is_open(company: Company) -> None:
    company.chooses("bad_debt_treatment", "expense_gross")
    company.invoice(
        "2023-01-01", QUARTER, tax=900, status="uncollectible",
        status_transitions_marked_uncollectible_at=at("2023-02-01"),
    )  # fmt: skip


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}, "contra": {2: "90.00"}},
    {
        "accounts_receivable": {1: "99.00", 2: "-99.00"},
        "tax_payable": {1: "-9.00"},
        "bad_debt": {2: "99.00", 4: "-99.00"},
        "processor_clearing": {4: "99.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def a_gross_loss_is_undone_when_it_is_paid_even_under_another_choice(company: Company) -> None:
    company.chooses("bad_debt_treatment", "expense_gross")
    company.chooses("bad_debt_treatment", "clear_deferred", since="2023-03-01")
    company.invoice(
        "2023-01-01", QUARTER, tax=900, status="paid", paid=9900,
        status_transitions_marked_uncollectible_at=at("2023-02-01"),
        status_transitions_paid_at=at("2023-04-05"),
    )  # fmt: skip
    company.charge("2023-04-05", 9900)


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}, "contra": {2: "90.00"}},
    {
        "accounts_receivable": {1: "99.00", 2: "-99.00"},
        "tax_payable": {1: "-9.00", 4: "9.00"},
        "bad_debt": {2: "99.00", 4: "-99.00"},
        "voids": {4: "90.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def a_void_after_a_gross_loss_gives_the_tax_back(company: Company) -> None:
    company.chooses("bad_debt_treatment", "expense_gross")
    company.invoice(
        "2023-01-01", QUARTER, tax=900, status="void",
        status_transitions_marked_uncollectible_at=at("2023-02-01"),
        status_transitions_voided_at=at("2023-04-05"),
    )  # fmt: skip


# --- money twice, and there and back ---------------------------------------------------------------


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}},
    {
        "processor_clearing": {1: "90.00", 2: "90.00", 3: "-90.00"},
        "customer_balance": {2: "-90.00", 3: "90.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def a_second_charge_is_the_customers_own_and_goes_back_to_them(company: Company) -> None:
    paid_quarter(company)
    charged_again(company, "2023-02-05", 9000)
    company.refund("re_1", "2023-03-05", 9000)
    company.rows["stripe.refund"][0]["charge_id"] = "ch_2"


def charged_again(company: Company, day: str, amount: int) -> None:
    company.moved("txn_2", "charge", day, amount, source="ch_2")
    company.rows["stripe.charge"].append(
        company.rows["stripe.charge"][0]
        | {"id": "ch_2", "amount": amount, "amount_captured": amount, "created": at(day),
           "balance_transaction_id": "txn_2"}
    )  # fmt: skip


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}},
    {
        "accounts_receivable": {1: "30.00", 2: "-30.00"},
        "processor_clearing": {1: "60.00", 2: "50.00"},
        "customer_balance": {2: "-20.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def what_comes_on_top_of_what_is_due_waits_as_a_credit(company: Company) -> None:
    company.invoice(
        "2023-01-01", QUARTER, status="paid", paid=9000, status_transitions_paid_at=at("2023-02-05")
    )
    company.charge("2023-01-01", 6000)
    charged_again(company, "2023-02-05", 5000)


WRITTEN_OFF_AND_PAID = {
    "status": "paid", "paid": 9900, "status_transitions_marked_uncollectible_at": at("2023-02-01"),
    "status_transitions_paid_at": at("2023-04-05"),
}  # fmt: skip


@case(
    {"revenue": {1: "31.00"}, "contra": {2: "31.00"}},
    {
        "accounts_receivable": {1: "99.00", 2: "-99.00"},
        "tax_payable": {1: "-9.00", 2: "9.00", 4: "-9.00", 5: "9.00"},
        "bad_debt": {2: "31.00", 4: "-31.00"},
        "recoverables": {4: "-59.00", 5: "59.00", 6: "-99.00"},
        "disputes": {5: "31.00"},
        "processor_clearing": {4: "99.00", 5: "-99.00", 6: "99.00"},
        "deferred_revenue": {1: "-59.00", 2: "59.00"},
        "revenue": {1: "-31.00"},
    },
)
def written_off_then_paid_then_disputed_then_won(company: Company) -> None:
    company.invoice("2023-01-01", QUARTER, tax=900, **WRITTEN_OFF_AND_PAID)
    company.charge("2023-04-05", 9900)
    company.dispute("2023-05-05", 9900, won="2023-06-05")


@case(
    {"revenue": {1: "31.00"}, "contra": {2: "31.00"}},
    {
        "accounts_receivable": {1: "99.00", 2: "-99.00"},
        "tax_payable": {1: "-9.00", 2: "9.00", 4: "-9.00", 5: "9.00"},
        "bad_debt": {2: "31.00", 4: "-31.00"},
        "recoverables": {4: "-59.00", 5: "59.00"},
        "refunds": {5: "31.00"},
        "processor_clearing": {4: "99.00", 5: "-99.00"},
        "deferred_revenue": {1: "-59.00", 2: "59.00"},
        "revenue": {1: "-31.00"},
    },
)
def a_recovery_that_goes_back_in_parts_leaves_nothing(company: Company) -> None:
    company.invoice("2023-01-01", QUARTER, tax=900, **WRITTEN_OFF_AND_PAID)
    company.charge("2023-04-05", 9900)
    for number in (1, 2, 3):
        company.refund(f"re_{number}", f"2023-05-0{number}", 3300)


# --- cancellation_treatment and holds --------------------------------------------------------------


def cancelled_quarter(company: Company, day: str) -> None:
    company.invoice("2023-01-01", QUARTER, status="paid", paid=9000, subscription_id="sub_1")
    company.charge("2023-01-01", 9000)
    company.add(
        "subscription_history", id="sub_1", customer_id="cus_1", status="canceled", created=at("2023-01-01"),
        start_date=at("2023-01-01"), canceled_at=at(day), ended_at=at(day), _fivetran_active=True,
        _fivetran_start=at(day),
    )  # fmt: skip


@case(
    # 14 days of February are served; 45.00 wait for a refund or a credit.
    {"revenue": {1: "31.00", 2: "14.00"}},
    {
        "processor_clearing": {1: "90.00"},
        "deferred_revenue": {1: "-59.00", 2: "14.00"},
        "revenue": {1: "-31.00", 2: "-14.00"},
    },
)
def a_cancelled_service_waits_for_its_credit(company: Company) -> None:
    company.chooses("cancellation_treatment", "stop_at_cancellation")
    cancelled_quarter(company, "2023-02-15")


@case({"revenue": {1: "31.00", 2: "14.00"}, "contra": {4: "22.50"}})
def a_refund_after_the_cancellation_finds_the_service_of_that_day(company: Company) -> None:
    """Half of the price comes back: half of what was served is contra, half of what waits goes."""
    company.chooses("cancellation_treatment", "stop_at_cancellation")
    cancelled_quarter(company, "2023-02-15")
    company.refund("re_1", "2023-04-20", 4500)


@case({"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}})
def cancelling_alone_changes_nothing(company: Company) -> None:
    cancelled_quarter(company, "2023-02-15")


@case({"revenue": {1: "31.00", 5: "59.00"}})
def a_hold_earns_at_its_release_what_was_served_meanwhile(company: Company) -> None:
    paid_quarter(company)
    company.signs(
        "revenue_holds", hold_id=company.name, scope="invoice", scope_id=f"stripe.{company.name}:in_1",
        held_from="2023-02-01", released_by="date", released_on="2023-05-10", reason="acceptance",
    )  # fmt: skip


@case({"revenue": {2: "59.00", 3: "31.00"}})
def a_hold_until_payment_ends_with_the_payment(company: Company) -> None:
    company.invoice(
        "2023-01-01", QUARTER, status="paid", paid=9000, status_transitions_paid_at=at("2023-02-10")
    )
    company.charge("2023-02-10", 9000)
    company.signs(
        "revenue_holds", hold_id=company.name, scope="customer", scope_id=f"stripe.{company.name}:cus_1",
        held_from="2023-01-01", released_by="payment", reason="collectability in doubt",
    )  # fmt: skip


@case({"revenue": {1: "31.00"}})
def a_hold_that_nobody_released_keeps_the_rest_deferred(company: Company) -> None:
    paid_quarter(company)
    company.signs(
        "revenue_holds", hold_id=company.name, scope="invoice", scope_id=f"stripe.{company.name}:in_1",
        held_from="2023-02-01", released_by="date", reason="acceptance",
    )  # fmt: skip


# --- conventions -----------------------------------------------------------------------------------

FOUR_MONTHS = (12000, "2023-06-15", "2023-10-13")


def four_months_from_noon(company: Company, convention: str) -> None:
    company.midnight = 12
    company.earns(convention)
    company.invoice("2023-06-15", FOUR_MONTHS)


@case({"revenue": {6: "15.50", 7: "31.00", 8: "31.00", 9: "30.00", 10: "12.50"}})
def seconds_count_half_a_day(company: Company) -> None:
    four_months_from_noon(company, "by_second")


@case({"revenue": {6: "16.00", 7: "31.00", 8: "31.00", 9: "30.00", 10: "12.00"}})
def days_count_the_first_and_not_the_last(company: Company) -> None:
    four_months_from_noon(company, "daily")


@case({"revenue": {6: "30.00", 7: "30.00", 8: "30.00", 9: "30.00"}})
def months_are_even(company: Company) -> None:
    four_months_from_noon(company, "even_months")


@case(
    # 92.00 over three whole months: cumulative 46.17, 76.83, 107.50.
    {"revenue": {6: "15.50", 7: "30.67", 8: "30.66", 9: "30.67", 10: "12.50"}}
)
def whole_months_between_prorated_ends_are_even(company: Company) -> None:
    four_months_from_noon(company, "even_months_prorated_ends")


@case({"revenue": {month: "100.00" for month in range(1, 13)}})
def whole_months_alone_have_no_ends_to_prorate(company: Company) -> None:
    company.earns("even_months_prorated_ends")
    company.invoice("2023-01-01", (120000, "2023-01-01", "2024-01-01"))


@case({"revenue": {1: "101.00", 2: "28.00", 3: "31.00", 4: "30.00"}})
def metadata_of_a_line_can_name_its_convention(company: Company) -> None:
    company.earns("at_invoice", metadata_key="earned", metadata_value="at once")
    company.invoice("2023-01-31", (10000, "2023-02-01", "2023-05-01"), (9000, "2023-01-31", "2023-05-01"))
    first, second = company.rows["stripe.invoice_line_item"]
    first["metadata"], second["metadata"] = '{"seats": "4", "earned": "at once"}', '{"earned": "later"}'


@case(
    {"revenue": {1: "31.00", 2: "25.20", 3: "27.90"}, "contra": {2: "3.10"}},
    {
        "processor_clearing": {1: "100.00", 2: "-10.00"},
        "passthrough_payable": {1: "-10.00", 2: "1.00"},
        "deferred_revenue": {1: "-59.00", 2: "31.10", 3: "27.90"},
        "revenue": {1: "-31.00", 2: "-25.20", 3: "-27.90"},
        "refunds": {2: "3.10"},
    },
)
def what_is_collected_for_others_is_never_revenue(company: Company) -> None:
    company.earns("passthrough", metadata_key="kind", metadata_value="fee")
    company.invoice(
        "2023-01-01", QUARTER, (1000, "2023-01-01", "2023-04-01"), status="paid", paid=10000
    )
    company.rows["stripe.invoice_line_item"][1]["metadata"] = '{"kind":"fee"}'
    company.charge("2023-01-01", 10000)
    company.refund("re_1", "2023-02-01", 1000)


@case(
    {"revenue": {1: "31.00", 2: "28.00", 3: "31.00"}},
    {
        "accounts_receivable": {1: "100.00"},
        "excluded_billings": {1: "-10.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def what_is_excluded_is_owed_and_not_earned(company: Company) -> None:
    company.earns("excluded", metadata_key="kind", metadata_value="deposit")
    company.invoice("2023-01-01", QUARTER, (1000, "2023-01-01", "2023-04-01"))
    company.rows["stripe.invoice_line_item"][1]["metadata"] = '{"kind":"deposit"}'


# --- prepaid credits -------------------------------------------------------------------------------


def credits_bought(company: Company) -> None:
    """100 credits for 100.00 on 10 January, valid for six months, for whatever item si_1 meters."""
    company.metered("100")
    company.add("customer", id="cus_1")
    company.add("price", id="price_2", product_id="prod_2", currency="usd")
    product, meter = f"stripe.{company.name}:prod_2", f"stripe.{company.name}:prod_1"
    company.earns("on_drawdown", product_id=product)
    company.signs(
        "prepaid_credits", product_id=product, meter_product_id=meter, validity_months=6, breakage="at_expiry",
        expected_breakage_bps=0, effective_from="1970-01-01",
    )  # fmt: skip
    company.invoice("2023-01-10", (10000, "2023-01-10", "2023-01-10"))
    company.rows["stripe.invoice_line_item"][0] |= {"price_id": "price_2", "quantity": 100}


def uses(company: Company, day: str, quantity: str) -> None:
    company.usage(f"use_{day}", day, quantity)
    company.rows["metering.usage_record"][-1]["customer_id"] = "cus_1"


@case(
    # The usage of an item that draws on credits is not accrued as well.
    {"revenue": {1: "30.00", 3: "25.00", 7: "45.00"}},
    {
        "accounts_receivable": {1: "100.00"},
        "deferred_revenue": {1: "-70.00", 3: "25.00", 7: "45.00"},
        "revenue": {1: "-30.00", 3: "-25.00", 7: "-45.00"},
    },
)
def credits_are_earned_as_they_are_drawn_and_when_they_lapse(company: Company) -> None:
    credits_bought(company)
    uses(company, "2023-01-20", "30")
    uses(company, "2023-03-05", "25")


@case({"revenue": {1: "30.00", 7: "35.00"}, "contra": {2: "15.00"}})
def a_refund_of_credits_splits_by_what_was_drawn(company: Company) -> None:
    """Half of the price comes back: of 50.00 the 30 of 100 credits already drawn are contra."""
    credits_bought(company)
    company.rows["stripe.invoice"][0] |= {"status": "paid", "amount_paid": 10000}
    company.charge("2023-01-10", 10000)
    uses(company, "2023-01-20", "30")
    company.refund("re_1", "2023-02-01", 5000)


# --- catch_up --------------------------------------------------------------------------------------


@case(
    # The line itself is caught up in March; what was accrued goes back in the same month.
    {"revenue": {3: "90.00"}},
    {
        "accounts_receivable": {3: "90.00"},
        "unbilled_receivable": {1: "31.00", 2: "28.00", 3: "-59.00"},
        "revenue": {1: "-31.00", 2: "-28.00", 3: "-31.00"},
    },
)
def service_before_its_invoice_is_earned_in_its_own_months(company: Company) -> None:
    company.chooses("catch_up", "off")
    company.invoice("2023-03-10", QUARTER)


# --- the build -------------------------------------------------------------------------------------


def company_of(name: str) -> Company:
    company = Company(name)
    CASES[name][0](company)
    return company


def twin_of(name: str) -> Company:
    """The same company under the policies that are shipped."""
    company = Company(f"shipped_{name}")
    CASES[name][0](company)
    del company.policy_rows["policies"]
    return company


# Cases that choose one policy from the start: the switchboard of their twin shows what that does.
CHOICES = {
    name: (rows[0]["policy"], rows[0]["choice"])
    for name in CASES
    if len(rows := company_of(name).policy_rows["policies"]) == 1
}


def signed() -> Signed:
    """Each case under its own policies, and again under those that are shipped."""
    return Signed([*map(company_of, CASES), *map(twin_of, CHOICES)])


@pytest.fixture(scope="module")
def books(signed_books: DbtRun) -> DbtRun:
    """The build of all companies that sign something, with every control on top."""
    return signed_books


def shown_on_the_switchboard(books: DbtRun, company: str, policy: str, choice: str) -> Movements:
    """Revenue and contra by month under a choice, months without any left out."""
    found: Movements = {}
    for month, revenue, contra in books.query(
        "select month(month_start), recognised_amount, contra_amount from rpt_policy_switchboard"
        " where entity_id = ? and policy = ? and choice = ? order by 1",
        [company, policy, choice],
    ):
        for name, amount in [("revenue", revenue), ("contra", contra)]:
            if amount:
                found.setdefault(name, {})[month] = f"{amount:.2f}"
    return found


@pytest.mark.parametrize("name", CASES)
def test_revenue_and_contra_under_a_choice(books: DbtRun, name: str) -> None:
    assert recognised(books, name) == CASES[name][1]


@pytest.mark.parametrize("name", [name for name, (_, _, balances) in CASES.items() if balances])
def test_accounts_under_a_choice(books: DbtRun, name: str) -> None:
    assert moved(books, name) == CASES[name][2]


@pytest.mark.parametrize("name", CHOICES)
def test_the_switchboard_shows_what_the_choice_then_does(books: DbtRun, name: str) -> None:
    """What the twin is shown for the choice is what the company that made it earns, to the cent."""
    posted = moved(books, name)["revenue"]
    expected = {"revenue": {month: f"{-Decimal(amount):.2f}" for month, amount in posted.items()}}
    if "contra" in recognised(books, name):
        expected["contra"] = recognised(books, name)["contra"]
    assert shown_on_the_switchboard(books, f"shipped_{name}", *CHOICES[name]) == expected


def test_the_choice_in_force_has_no_effect_on_the_switchboard(books: DbtRun) -> None:
    assert not books.query(
        "select switchboard.entity_id, switchboard.policy, switchboard.choice, switchboard.month_start"
        " from rpt_policy_switchboard as switchboard inner join int_policy_choices as choices"
        " on switchboard.entity_id = choices.entity_id and switchboard.policy = choices.policy"
        " and switchboard.choice = choices.choice and choices.scenario = 'in_force'"
        " and choices.effective_from = date '1970-01-01' and choices.effective_until is null"
        " where net_revenue_effect_amount <> 0 or deferred_effect_amount <> 0"
    )


def test_what_stands_still_is_listed_with_what_waits(books: DbtRun) -> None:
    assert books.query(
        "select entity_id, stop_id, is_waiting, deferred_amount from rpt_stopped_recognition"
        " where entity_id in ('a_cancelled_service_waits_for_its_credit', 'a_hold_that_nobody_released_keeps_the_"
        "rest_deferred', 'a_hold_earns_at_its_release_what_was_served_meanwhile') order by 1"
    ) == [
        ("a_cancelled_service_waits_for_its_credit", "cancellation", True, Decimal("45.00")),
        ("a_hold_earns_at_its_release_what_was_served_meanwhile",
         "hold:a_hold_earns_at_its_release_what_was_served_meanwhile", False, Decimal("0.00")),
        ("a_hold_that_nobody_released_keeps_the_rest_deferred",
         "hold:a_hold_that_nobody_released_keeps_the_rest_deferred", True, Decimal("59.00")),
    ]  # fmt: skip
