"""The bookkeeper on PayPal, on movements that only a processor knows, and on the bank's own lines: worked examples."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from test_bookkeeper import FEBRUARY, QUARTER, YEAR_END, Company, at, balances

JANUARY_5 = date(2023, 1, 5)


class TwoProcessors(Company):
    """Raw tables built row by row, with PayPal and the bank's accounts."""

    def paypal(
        self, key: str, code: str, day: date, amount: str, *, fee: str = "0", currency: str = "USD",
        status: str = "S", invoice: str | None = None, reference: str | None = None, hour: int = 15,
    ) -> None:  # fmt: skip
        """Add a transaction at PayPal."""
        self.add(
            "paypal.transaction", transaction_id=key, transaction_event_code=code,
            transaction_initiation_date=at(day, hour), transaction_status=status,
            transaction_amount_value=Decimal(amount), fee_amount_value=Decimal(fee),
            transaction_amount_currency_code=currency, custom_field=invoice,
            paypal_reference_id=reference,
        )  # fmt: skip

    def bank_line(self, key: str, day: date, amount: str, text: str, reference: str | None = None) -> None:
        """Add a line of a bank account in dollars."""
        self.add(
            "bank_statement.statement_line", statement_line_id=key, posted_date=day, value_date=day,
            amount=Decimal(amount), currency="USD", description=text, reference=reference,
        )  # fmt: skip


@pytest.fixture
def company() -> TwoProcessors:
    return TwoProcessors()


def paid_by_paypal(company: TwoProcessors, code: str = "T0006") -> None:
    """A quarter for 90.00, paid at PayPal four days later and marked paid a minute after that."""
    company.invoice("in_1", date(2023, 1, 1), QUARTER, status="paid", amount_paid=9000,
                    status_transitions_paid_at=at(JANUARY_5))  # fmt: skip
    company.paypal("PAY1", code, JANUARY_5, "90.00", fee="-3.63", invoice="in_1", hour=14)


def test_a_payment_at_paypal_is_no_payment_outside_the_processors(company: TwoProcessors) -> None:
    paid_by_paypal(company)
    books = company.books(YEAR_END)
    assert balances(books) == {
        "PayPal Clearing": "86.37", "PayPal Fees": "3.63", "Subscription Revenue": "-90.00",
    }  # fmt: skip
    assert "PayPal fees 2023-01-05" in books["xero.journal"]["reference"]


def test_what_paypal_took_in_part_is_paid_outside_for_the_rest(company: TwoProcessors) -> None:
    company.invoice("in_1", date(2023, 1, 1), QUARTER, status="paid", amount_paid=9000,
                    status_transitions_paid_at=at(JANUARY_5))  # fmt: skip
    company.paypal("PAY1", "T0006", JANUARY_5, "60.00", invoice="in_1", hour=14)
    assert balances(company.books(YEAR_END)) == {
        "PayPal Clearing": "60.00", "Payments Outside Stripe": "30.00", "Subscription Revenue": "-90.00",
    }  # fmt: skip


def test_what_never_settled_at_paypal_is_not_booked(company: TwoProcessors) -> None:
    paid_by_paypal(company)
    company.paypal("PAY0", "T0006", date(2023, 1, 3), "90.00", status="D", invoice="in_1")
    company.paypal("PAY2", "T0006", date(2023, 1, 4), "90.00", status="P", invoice="in_1")
    assert balances(company.books(YEAR_END))["PayPal Clearing"] == "86.37"


def test_a_refund_at_paypal_is_split_by_what_was_earned(company: TwoProcessors) -> None:
    paid_by_paypal(company)
    company.paypal("REF1", "T1107", FEBRUARY, "-9.00", reference="PAY1")
    assert balances(company.books(YEAR_END)) == {
        "PayPal Clearing": "77.37", "PayPal Fees": "3.63", "Refunds": "3.10", "Subscription Revenue": "-84.10",
    }  # fmt: skip


def test_a_chargeback_costs_a_fee_and_comes_back_when_won(company: TwoProcessors) -> None:
    paid_by_paypal(company)
    company.paypal("CHB1", "T1201", FEBRUARY, "-90.00", reference="PAY1")
    company.paypal("FEE1", "T0106", FEBRUARY, "-20.00", reference="PAY1")
    company.paypal("WON1", "T1202", date(2023, 3, 1), "90.00", reference="PAY1")
    assert balances(company.books(YEAR_END)) == {
        "Disputes": "31.00", "PayPal Clearing": "66.37", "PayPal Fees": "23.63", "Recoveries": "-90.00",
        "Subscription Revenue": "-31.00",
    }  # fmt: skip


def test_a_hold_waits_among_the_reserves(company: TwoProcessors) -> None:
    paid_by_paypal(company)
    company.paypal("HLD1", "T1110", date(2023, 1, 10), "-90.00", reference="PAY1")
    held = balances(company.books(date(2023, 1, 20)))
    assert (held["Processor Reserves"], held["PayPal Clearing"]) == ("90.00", "-3.63")
    company.paypal("REL1", "T1111", date(2023, 1, 25), "90.00", reference="PAY1")
    assert "Processor Reserves" not in balances(company.books(YEAR_END))


def test_a_conversion_leaves_the_difference_of_rates(company: TwoProcessors) -> None:
    company.rate(date(2023, 1, 4), "JPY", "143.00")
    company.paypal("PAY1", "T0006", JANUARY_5, "10000", currency="JPY", invoice="in_9")
    company.paypal("OUT1", "T0200", JANUARY_5, "-10000", currency="JPY", reference="PAY1")
    company.paypal("INN1", "T0200", JANUARY_5, "75.00", reference="PAY1")
    assert balances(company.books(YEAR_END)) == {
        "Customer Balances": "-76.92", "Foreign Exchange": "1.92", "PayPal Clearing": "75.00",
    }  # fmt: skip


def test_a_withdrawal_is_at_the_bank_a_banking_day_later(company: TwoProcessors) -> None:
    company.paypal("SWP1", "T0401", date(2023, 1, 5), "-50.00")
    before, after = company.books(date(2023, 1, 5)), company.books(date(2023, 1, 6))
    assert balances(before) == {"PayPal Clearing": "-50.00", "Payouts in Transit": "50.00"}
    assert balances(after) == {"PayPal Clearing": "-50.00", "Stripe Receipts Bank": "50.00"}
    company.paypal("RET1", "T1101", date(2023, 1, 11), "50.00", reference="SWP1")
    assert balances(company.books(YEAR_END)) == {}


def test_a_withdrawal_that_never_arrived_comes_out_of_transit(company: TwoProcessors) -> None:
    company.paypal("SWP1", "T0401", date(2023, 1, 5), "-50.00", hour=9)
    company.paypal("RET1", "T1101", date(2023, 1, 5), "50.00", reference="SWP1", hour=20)
    books = company.books(YEAR_END)
    assert balances(books) == {} and "Stripe Receipts Bank" not in books["xero.journal_line"]["account_name"]


def test_funding_comes_from_the_bank(company: TwoProcessors) -> None:
    company.paypal("FND1", "T0300", JANUARY_5, "12.00")
    assert balances(company.books(YEAR_END)) == {"PayPal Clearing": "12.00", "Stripe Receipts Bank": "-12.00"}


@pytest.mark.parametrize(("kind", "amount", "account"), [
    ("reserve_transaction", -700, "Processor Reserves"),
    ("topup", 700, "Stripe Receipts Bank"),
    ("transfer", -700, "Payable to Partners"),
    ("network_cost", -700, "Processing Fees"),
])
def test_movements_of_stripes_balance_have_an_account_each(
    company: TwoProcessors, kind: str, amount: int, account: str
) -> None:
    company.transaction("tr_1", kind, JANUARY_5, amount)
    assert balances(company.books(YEAR_END)) == {
        account: f"{-amount / 100:.2f}", "Stripe Clearing": f"{amount / 100:.2f}",
    }  # fmt: skip


def test_a_partial_capture_is_worth_what_was_captured(company: TwoProcessors) -> None:
    company.invoice("in_1", date(2023, 1, 1), QUARTER, status="paid", amount_paid=9000,
                    status_transitions_paid_at=at(JANUARY_5))  # fmt: skip
    company.charge("ch_1", "in_1", JANUARY_5, 12_000)
    company.tables["stripe.charge"]["amount_captured"][-1] = 9000
    company.transaction("ch_1", "partial_capture_reversal", JANUARY_5, -3000,
                        reporting_category="partial_capture_reversal")  # fmt: skip
    assert balances(company.books(YEAR_END)) == {"Stripe Clearing": "90.00", "Subscription Revenue": "-90.00"}


def test_the_banks_fee_and_a_customers_transfer_are_booked_from_its_lines(company: TwoProcessors) -> None:
    company.invoice("in_1", date(2023, 1, 1), QUARTER, status="paid", amount_paid=9000,
                    status_transitions_paid_at=at(JANUARY_5))  # fmt: skip
    company.bank_line("bsl-1", date(2023, 1, 6), "90.00", "INCOMING TRANSFER", "INV-1")
    company.bank_line("bsl-2", date(2023, 2, 1), "-25.00", "ACCOUNT SERVICE FEE 2023-01")
    company.bank_line("bsl-3", date(2023, 2, 2), "33.00", "INCOMING TRANSFER", "INV-2")
    assert balances(company.books(YEAR_END)) == {
        "Bank Fees": "25.00", "Stripe Receipts Bank": "65.00", "Subscription Revenue": "-90.00",
    }  # fmt: skip


def test_an_entry_of_the_feed_counts_once_it_is_final(company: TwoProcessors) -> None:
    for key, is_pending in (("shown", True), ("final", False)):
        company.add(
            "plaid.transaction", transaction_id=key, amount=Decimal("12.00"), iso_currency_code="USD",
            date=date(2023, 2, 1), name="ACCOUNT SERVICE FEE 2023-01", pending=is_pending,
            _fivetran_synced=datetime(2023, 2, 2, 6),
        )  # fmt: skip
    assert balances(company.books(YEAR_END)) == {"Bank Fees": "12.00", "Stripe Receipts Bank": "-12.00"}
