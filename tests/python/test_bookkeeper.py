"""The bookkeeper against worked examples (docs/accounting.md) and against accounting identities."""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from company.bookkeeper import post_ledger
from company.ledger_invoices import InvoiceBook
from company.ledger_rules import allocate, divide, line_amounts, month_of, service_term
from company.tables import COLUMNS


class Company:
    """Raw tables built row by row; every column that is not given is null."""

    def __init__(self) -> None:
        self.tables = {name: {column: [] for column in COLUMNS[name]} for name in COLUMNS}
        self.customers: set[str] = set()
        self.rate(date(2022, 12, 30), "USD", "1.10")

    def add(self, table: str, **row: Any) -> None:
        """Append one row."""
        for column, values in self.tables[table].items():
            values.append(row.get(column))

    def rate(self, day: date, currency: str, rate: str) -> None:
        """Publish a rate per euro."""
        self.add("ecb.exchange_rate", rate_date=day, currency=currency, rate=Decimal(rate))

    def invoice(
        self,
        key: str,
        day: date,
        lines: list[tuple[int, date, date]],
        *,
        currency: str = "usd",
        tax: int = 0,
        discount: int = 0,
        price: str = "price_month",
        customer: str = "cus_1",
        **row: Any,
    ) -> None:
        """Finalise an invoice; lines are (amount, service start, service end exclusive)."""
        if customer not in self.customers:
            self.customers.add(customer)
            self.add("stripe.customer", id=customer, name=f"Company {customer}", currency=currency)
        subtotal = sum(line[0] for line in lines)
        moment = at(day)
        self.add("stripe.invoice", **{
            "id": key, "number": f"INV-{key[3:]}", "customer_id": customer, "status": "open",
            "currency": currency, "subtotal": subtotal, "tax": tax, "amount_paid": 0,
            "total": subtotal - discount + tax, "created": moment, "livemode": True,
            "status_transitions_finalized_at": moment, "is_deleted": False, **row,
        })  # fmt: skip
        for number, (amount, start, end) in enumerate(lines):
            self.add(
                "stripe.invoice_line_item", invoice_id=key, unique_id=f"il_{key}_{number}",
                amount=amount, currency=currency, quantity=1, period_start=at(start, 0),
                period_end=at(end, 0), price_id=price, description="Plan",
            )  # fmt: skip

    def transaction(self, source: str, kind: str, day: date, amount: int, **row: Any) -> str:
        """Move money at the processor; return the balance transaction's id."""
        key = f"txn_{source}_{kind}"
        row = {"currency": "usd", "fee": 0, **row}
        self.add(
            "stripe.balance_transaction", id=key, source=source, type=kind, amount=amount,
            net=amount - row["fee"], created=at(day, 15), **row,
        )  # fmt: skip
        return key

    def charge(
        self, key: str, invoice: str | None, day: date, amount: int, *, fee: int = 0,
        currency: str = "usd", settled: int | None = None, settled_currency: str | None = None,
    ) -> None:  # fmt: skip
        """Take a payment; `settled` is what reaches the balance, in `settled_currency`."""
        transaction = self.transaction(
            key, "charge", day, amount if settled is None else settled, fee=fee,
            currency=settled_currency or currency,
        )  # fmt: skip
        self.add(
            "stripe.charge", id=key, amount=amount, amount_captured=amount, status="succeeded",
            captured=True, paid=True, currency=currency, customer_id="cus_1", invoice_id=invoice, created=at(day, 15),
            balance_transaction_id=transaction, livemode=True,
        )  # fmt: skip

    def refund(
        self, key: str, charge: str, day: date, amount: int, *, currency: str = "usd",
        settled: int | None = None, failed: date | None = None,
    ) -> None:  # fmt: skip
        """Give money back, and take it again on `failed`."""
        moved = amount if settled is None else settled
        row = {"currency": currency}
        failure = failed and self.transaction(key, "refund_failure", failed, moved, **row)
        self.add(
            "stripe.refund", id=key, charge_id=charge, amount=amount, currency=currency,
            status="failed" if failed else "succeeded", created=at(day, 15),
            balance_transaction_id=self.transaction(key, "refund", day, -moved, **row),
            failure_balance_transaction_id=failure,
        )  # fmt: skip

    def dispute(
        self, key: str, charge: str, day: date, amount: int, *, won: date | None = None,
        fee: int = 0,
    ) -> None:  # fmt: skip
        """Open a dispute, and win it on `won`."""
        self.add("stripe.dispute", id=key, charge_id=charge, amount=amount, currency="usd",
                 created=at(day, 15), livemode=True)  # fmt: skip
        self.transaction(key, "adjustment", day, -amount, fee=fee)
        if won:
            self.transaction(key, "adjustment_reversal", won, amount)

    def note(
        self, key: str, invoice: str, day: date, amount: int, *,
        lines: dict[int, int] | None = None, kind: str = "pre_payment",
        refund: str | None = None, voided: date | None = None,
    ) -> None:  # fmt: skip
        """Issue a credit note; `lines` are {invoice line number: amount before tax}."""
        self.add(
            "stripe.credit_note", id=key, number=f"{key.upper()}-CN", invoice_id=invoice, type=kind,
            refund_id=refund, status="void" if voided else "issued", total=amount, amount=amount,
            created=at(day, 15), voided_at=voided and at(voided, 15), livemode=True,
        )  # fmt: skip
        for number, share in (lines or {}).items():
            self.add(
                "stripe.credit_note_line_item", id=f"cnli_{key}_{number}", credit_note_id=key,
                invoice_line_item_id=f"il_{invoice}_{number}", amount=share,
            )  # fmt: skip

    def books(self, as_of: date, **options: Any) -> dict[str, dict[str, list]]:
        """Keep the books to `as_of`."""
        return post_ledger(self.tables, seed=7, timezone="UTC", as_of=as_of, **options)


def at(day: date, hour: int = 12) -> datetime:
    """Return a moment of the day."""
    return datetime(day.year, day.month, day.day, hour)


def posted(books: dict[str, dict[str, list]]) -> list[tuple[date, str, dict[str, Decimal]]]:
    """Return (date, reference, {account name: amount}) of each journal."""
    lines = defaultdict(lambda: defaultdict(Decimal))
    line = books["xero.journal_line"]
    for journal, name, amount in zip(line["journal_id"], line["account_name"], line["net_amount"]):
        lines[journal][name] += amount
    journal = books["xero.journal"]
    return [
        (day, reference, dict(lines[key]))
        for key, day, reference in zip(
            journal["journal_id"], journal["journal_date"], journal["reference"]
        )
    ]


def by_month(books: dict[str, dict[str, list]], account: str) -> dict[int, str]:
    """Return {month of the year: movement} of an account, months without any left out."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for day, _, amounts in posted(books):
        if account in amounts:
            sums[day.month] += amounts[account]
    return {month: str(amount) for month, amount in sorted(sums.items()) if amount}


def balances(books: dict[str, dict[str, list]]) -> dict[str, str]:
    """Return the balance of each account that has one."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    line = books["xero.journal_line"]
    for name, amount in zip(line["account_name"], line["net_amount"]):
        sums[name] += amount
    overheads = ("Operating Bank", "Wages", "Rent")
    return {name: str(sums[name]) for name in sorted(sums) if sums[name] and name not in overheads}


def day_of(books: dict[str, dict[str, list]], day: date) -> dict[str, str]:
    """Return the movement of each account on a day, overheads left out."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for posted_on, _, amounts in posted(books):
        if posted_on == day and "Operating Bank" not in amounts:
            for name, amount in amounts.items():
                sums[name] += amount
    return {name: str(amount) for name, amount in sorted(sums.items()) if amount}


QUARTER = [(9000, date(2023, 1, 1), date(2023, 4, 1))]
YEAR_END = date(2023, 12, 31)
FEBRUARY = date(2023, 2, 1)


@pytest.fixture
def company() -> Company:
    return Company()


def paid_quarter(company: Company) -> None:
    """90.00 for January to March, paid on the spot."""
    company.invoice("in_1", date(2023, 1, 1), QUARTER, status="paid", amount_paid=9000)
    company.charge("ch_1", "in_1", date(2023, 1, 1), 9000)


def test_a_quarter_is_earned_by_days(company: Company) -> None:
    paid_quarter(company)
    books = company.books(YEAR_END)
    assert by_month(books, "Subscription Revenue") == {1: "-31.00", 2: "-28.00", 3: "-31.00"}
    assert balances(books) == {"Stripe Clearing": "90.00", "Subscription Revenue": "-90.00"}


def test_a_refund_splits_by_what_was_earned(company: Company) -> None:
    paid_quarter(company)
    company.refund("re_1", "ch_1", FEBRUARY, 900)
    books = company.books(YEAR_END)
    assert by_month(books, "Refunds") == {2: "3.10"}
    assert day_of(books, FEBRUARY)["Deferred Revenue"] == "5.90"
    assert by_month(books, "Subscription Revenue") == {1: "-31.00", 2: "-25.20", 3: "-27.90"}
    assert "Deferred Revenue" not in balances(books)


def test_a_full_refund_stops_recognition(company: Company) -> None:
    paid_quarter(company)
    company.refund("re_1", "ch_1", FEBRUARY, 9000)
    books = company.books(YEAR_END)
    assert day_of(books, FEBRUARY) == {
        "Deferred Revenue": "59.00", "Refunds": "31.00", "Stripe Clearing": "-90.00",
    }  # fmt: skip
    assert by_month(books, "Subscription Revenue") == {1: "-31.00"}


def test_a_failed_refund_is_taken_back(company: Company) -> None:
    paid_quarter(company)
    company.refund("re_1", "ch_1", FEBRUARY, 900, failed=date(2023, 2, 10))
    books = company.books(YEAR_END)
    assert day_of(books, date(2023, 2, 10)) == {
        "Deferred Revenue": "-5.90", "Refunds": "-3.10", "Stripe Clearing": "9.00",
    }  # fmt: skip
    assert balances(books) == {"Stripe Clearing": "90.00", "Subscription Revenue": "-90.00"}


def test_a_credit_note_lowers_the_receivable(company: Company) -> None:
    company.invoice("in_1", date(2023, 1, 1), QUARTER)
    company.note("cn_1", "in_1", FEBRUARY, 4500)
    books = company.books(YEAR_END)
    assert day_of(books, FEBRUARY) == {
        "Accounts Receivable": "-45.00", "Credit Notes": "15.50", "Deferred Revenue": "29.50",
    }  # fmt: skip
    assert by_month(books, "Subscription Revenue") == {1: "-31.00", 2: "-14.00", 3: "-15.50"}


def test_a_voided_credit_note_is_caught_up(company: Company) -> None:
    half_year = [(18100, date(2023, 1, 1), date(2023, 7, 1))]
    company.invoice("in_1", date(2023, 1, 1), half_year)
    company.note("cn_1", "in_1", FEBRUARY, 9050, voided=date(2023, 5, 3))
    books = company.books(YEAR_END)
    assert by_month(books, "Subscription Revenue") == {
        1: "-31.00", 2: "-14.00", 3: "-15.50", 4: "-15.00", 5: "-75.50", 6: "-30.00",
    }  # fmt: skip
    assert by_month(books, "Credit Notes") == {2: "15.50", 5: "-15.50"}
    assert balances(books) == {"Accounts Receivable": "181.00", "Subscription Revenue": "-181.00"}


def test_money_beyond_what_is_left_is_a_loss(company: Company) -> None:
    ten_months = [(10000, date(2023, 1, 1), date(2023, 11, 1))]
    company.invoice("in_1", date(2023, 1, 1), ten_months, status="paid", amount_paid=10000)
    company.charge("ch_1", "in_1", date(2023, 1, 1), 10000)
    company.refund("re_1", "ch_1", FEBRUARY, 8000)
    company.dispute("dp_1", "ch_1", date(2023, 3, 1), 8000, won=date(2023, 6, 1), fee=1500)
    books = company.books(YEAR_END, even_month_prices=["price_month"])
    assert day_of(books, FEBRUARY) == {
        "Deferred Revenue": "72.00", "Refunds": "8.00", "Stripe Clearing": "-80.00",
    }  # fmt: skip
    assert by_month(books, "Subscription Revenue") == {1: "-10.00", 2: "-2.00"}
    assert day_of(books, date(2023, 3, 1)) == {
        "Deferred Revenue": "16.00", "Dispute Fees": "15.00", "Disputes": "4.00",
        "Other Loss": "60.00", "Stripe Clearing": "-95.00",
    }  # fmt: skip
    assert day_of(books, date(2023, 6, 1)) == {"Recoveries": "-80.00", "Stripe Clearing": "80.00"}


def test_a_written_off_invoice_that_is_paid_after_all(company: Company) -> None:
    company.invoice(
        "in_1", date(2023, 1, 1), QUARTER, status="paid", amount_paid=9000,
        status_transitions_marked_uncollectible_at=at(FEBRUARY),
    )  # fmt: skip
    company.charge("ch_1", "in_1", date(2023, 4, 10), 9000)
    books = company.books(YEAR_END)
    assert day_of(books, FEBRUARY) == {
        "Accounts Receivable": "-90.00", "Bad Debt": "31.00", "Deferred Revenue": "59.00",
    }  # fmt: skip
    assert balances(books) == {
        "Recoveries": "-59.00", "Stripe Clearing": "90.00", "Subscription Revenue": "-31.00",
    }  # fmt: skip


def test_a_written_off_invoice_that_is_voided(company: Company) -> None:
    company.invoice(
        "in_1", date(2023, 1, 1), QUARTER, tax=900, status="void",
        status_transitions_marked_uncollectible_at=at(FEBRUARY),
        status_transitions_voided_at=at(date(2023, 3, 9)),
    )  # fmt: skip
    books = company.books(YEAR_END)
    assert day_of(books, date(2023, 3, 9)) == {"Bad Debt": "-31.00", "Voided Invoices": "31.00"}
    assert balances(books) == {"Subscription Revenue": "-31.00", "Voided Invoices": "31.00"}


def test_euros_finalised_at_120_and_paid_at_110(company: Company) -> None:
    company.rate(date(2023, 1, 2), "USD", "1.20")
    company.rate(date(2023, 1, 20), "USD", "1.10")
    january = [(3000, date(2023, 1, 1), FEBRUARY)]
    company.invoice("in_1", date(2023, 1, 3), january, currency="eur", status="paid",
                    amount_paid=3000)  # fmt: skip
    company.charge("ch_1", "in_1", date(2023, 1, 23), 3000, currency="eur", fee=100)
    books = company.books(YEAR_END)
    assert balances(books) == {
        "Foreign Exchange": "3.00", "Processing Fees": "1.10", "Stripe Clearing": "31.90",
        "Subscription Revenue": "-36.00",
    }  # fmt: skip


def test_yen_settled_in_dollars_use_the_processors_rate(company: Company) -> None:
    company.rate(date(2023, 1, 2), "USD", "1.20")
    company.rate(date(2023, 1, 2), "JPY", "150")
    january = [(15000, date(2023, 1, 1), FEBRUARY)]
    company.invoice("in_1", date(2023, 1, 3), january, currency="jpy", status="paid",
                    amount_paid=15000)  # fmt: skip
    company.charge("ch_1", "in_1", date(2023, 1, 23), 15000, currency="jpy", settled=11850,
                   settled_currency="usd")  # fmt: skip
    books = company.books(YEAR_END)
    assert balances(books) == {
        "Foreign Exchange": "1.50", "Stripe Clearing": "118.50", "Subscription Revenue": "-120.00",
    }  # fmt: skip


def test_a_missing_rate_is_an_error(company: Company) -> None:
    company.invoice("in_1", date(2023, 1, 3), QUARTER, currency="gbp")
    with pytest.raises(LookupError, match="GBP"):
        company.books(YEAR_END)


def test_service_before_booking_is_caught_up(company: Company) -> None:
    company.invoice("in_1", date(2023, 3, 10), QUARTER)
    books = company.books(YEAR_END)
    assert by_month(books, "Subscription Revenue") == {3: "-90.00"}


def test_nothing_is_recognised_before_a_month_is_over(company: Company) -> None:
    company.invoice("in_1", date(2023, 1, 1), QUARTER)
    books = company.books(date(2023, 2, 27))
    assert by_month(books, "Subscription Revenue") == {1: "-31.00"}


def test_a_refund_with_a_note_is_taken_from_the_notes_lines(company: Company) -> None:
    lines = [*QUARTER, (1000, date(2023, 1, 1), date(2023, 1, 1))]
    company.invoice("in_1", date(2023, 1, 1), lines, status="paid", amount_paid=10000)
    company.charge("ch_1", "in_1", date(2023, 1, 1), 10000)
    company.note("cn_1", "in_1", FEBRUARY, 1000, lines={1: 1000}, kind="post_payment",
                 refund="re_1")  # fmt: skip
    company.refund("re_1", "ch_1", FEBRUARY, 1000)
    books = company.books(YEAR_END)
    assert day_of(books, FEBRUARY) == {"Refunds": "10.00", "Stripe Clearing": "-10.00"}
    assert by_month(books, "Subscription Revenue") == {1: "-41.00", 2: "-28.00", 3: "-31.00"}


def test_a_note_to_the_customers_balance_pays_the_next_invoice(company: Company) -> None:
    paid_quarter(company)
    company.note("cn_1", "in_1", FEBRUARY, 3000, kind="post_payment")
    balance = "stripe.customer_balance_transaction"
    company.add(balance, id="cbtxn_1", customer_id="cus_1", credit_note_id="cn_1",
                type="credit_note", amount=-3000, currency="usd", created=at(FEBRUARY))  # fmt: skip
    company.add(balance, id="cbtxn_2", customer_id="cus_1", type="adjustment", amount=-500,
                currency="usd", created=at(FEBRUARY))  # fmt: skip
    april = [(3500, date(2023, 4, 1), date(2023, 5, 1))]
    company.invoice("in_2", date(2023, 4, 1), april, status="paid")
    company.add(balance, id="cbtxn_3", customer_id="cus_1", invoice_id="in_2", amount=3500,
                type="applied_to_invoice", currency="usd",
                created=at(date(2023, 4, 1)))  # fmt: skip
    books = company.books(YEAR_END)
    assert balances(books) == {
        "Credit Notes": "10.33", "Promotional Credits": "5.00", "Stripe Clearing": "90.00",
        "Subscription Revenue": "-105.33",
    }  # fmt: skip


def test_an_invoice_paid_outside_the_processor(company: Company) -> None:
    company.invoice("in_1", date(2023, 1, 1), QUARTER, status="paid", amount_paid=9000,
                    status_transitions_paid_at=at(date(2023, 1, 5)))  # fmt: skip
    books = company.books(YEAR_END)
    assert balances(books) == {"Payments Outside Stripe": "90.00", "Subscription Revenue": "-90.00"}


def test_fees_of_a_day_are_one_journal(company: Company) -> None:
    paid_quarter(company)
    for number in (2, 3):
        company.invoice(f"in_{number}", date(2023, 1, 1), QUARTER, status="paid", amount_paid=9000)
        company.charge(f"ch_{number}", f"in_{number}", date(2023, 1, 4), 9000, fee=290 + number)
    company.transaction("", "stripe_fee", date(2023, 1, 4), -200)
    journals = [row for row in posted(company.books(YEAR_END)) if "Processing Fees" in row[2]]
    assert journals == [
        (date(2023, 1, 4), "Stripe fees 2023-01-04",
         {"Processing Fees": Decimal("7.85"), "Stripe Clearing": Decimal("-7.85")}),
    ]  # fmt: skip


def test_payouts_arrive_or_come_back(company: Company) -> None:
    payouts = (("po_1", "paid", 500), ("po_2", "failed", 700), ("po_3", "paid", -9))
    for key, status, amount in payouts:
        back = None
        if status == "failed":
            back = company.transaction(key, "payout_failure", date(2023, 1, 9), amount)
        company.add("stripe.payout", id=key, amount=amount, currency="usd", status=status,
                    created=at(date(2023, 1, 4)), arrival_date=at(date(2023, 1, 6), 0),
                    balance_transaction_id=f"txn_{key}", failure_balance_transaction_id=back,
                    livemode=True)  # fmt: skip
    before, after = company.books(date(2023, 1, 5)), company.books(YEAR_END)
    assert balances(before) == {"Payouts in Transit": "11.91", "Stripe Clearing": "-11.91"}
    assert balances(after) == {"Stripe Clearing": "-4.91", "Stripe Receipts Bank": "4.91"}


def test_drafts_tests_and_failures_are_not_booked(company: Company) -> None:
    company.invoice("in_1", date(2023, 1, 1), QUARTER, status="draft")
    company.invoice("in_2", date(2023, 1, 1), QUARTER, livemode=False)
    company.invoice("in_3", date(2023, 1, 1), QUARTER, is_deleted=True)
    company.add("stripe.charge", id="ch_1", status="failed", amount=5, created=at(FEBRUARY))
    books = company.books(YEAR_END)
    assert balances(books) == {}
    assert not books["xero.invoice"]["invoice_id"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "quotient"),
    [(5, 2, 3), (-5, 2, -3), (5, -2, -3), (4, 3, 1), (-4, 3, -1), (0, 7, 0), (-1, 2, -1)],
)
def test_rounding_is_half_away_from_zero(numerator: int, denominator: int, quotient: int) -> None:
    assert divide(numerator, denominator) == quotient


def test_allocation_keeps_the_sum() -> None:
    assert allocate(100, [1, 1, 1]) == [33, 34, 33]
    assert allocate(-100, [1, -3, 1]) == [100, -300, 100]
    assert allocate(7, [1, -1]) == [0, 7]
    assert line_amounts([1000, 2000], 3000, 270, 2970) == ([900, 1800], [90, 180])


def test_the_state_does_not_depend_on_the_order_of_reductions() -> None:
    effects = [("cn_1", 500, ("cn_1", [(0, 500)])), ("re_1", 4000, None), ("dp_1", 9000, None),
               ("cn_2", 70, ("cn_2", [(1, 30), (0, 40)]))]  # fmt: skip
    states = set()
    for seed in range(24):
        random = Random(seed)
        terms = [service_term(738_000, 738_090, False), service_term(None, None, False)]
        book = InvoiceBook([3001, 7002], [271, 633], terms, 738_000, (107, 100))
        for key, amount, targets in random.sample(effects, len(effects)):
            book.reduce(key, amount, targets, 738_031, "refunds", [("processor_clearing", 0)])
        states.add((tuple(book.remaining), tuple(book.remaining_tax)))
    assert len(states) == 1


def random_company(seed: int, invoices: int) -> Company:
    """A company with everything that can happen to an invoice, in three currencies."""
    random, company = Random(seed), Company()
    for offset in range(0, 420, 3):
        day = date(2022, 12, 31) + timedelta(days=offset)
        company.rate(day, "USD", f"{random.uniform(1.02, 1.2):.4f}")
        company.rate(day, "JPY", f"{random.uniform(130, 160):.2f}")
    for number in range(invoices):
        key, day = f"in_{number}", date(2023, 1, 1) + timedelta(days=random.randrange(200))
        currency = random.choice(["usd", "usd", "eur", "jpy"])
        lines = [(random.randint(1000, 90000), day - timedelta(days=random.randrange(9)),
                  day + timedelta(days=random.choice([0, 30, 31, 91])))
                 for _ in range(random.choice([1, 1, 2, 3]))]  # fmt: skip
        subtotal = sum(line[0] for line in lines)
        tax, discount = random.choice([0, subtotal // 11]), random.choice([0, subtotal // 7])
        total, fate = subtotal - discount + tax, random.randrange(8)
        row: dict[str, Any] = {}
        later = day + timedelta(days=random.randrange(1, 60))
        if fate < 4 or fate == 6:
            row = {"status": "paid", "amount_paid": total}
        elif fate == 4:
            row = {"status": "void", "status_transitions_voided_at": at(later)}
        if fate in (5, 6):
            row.setdefault("status", "uncollectible")
            row["status_transitions_marked_uncollectible_at"] = at(day + timedelta(days=20))
        company.invoice(key, day, lines, currency=currency, tax=tax, discount=discount,
                        customer=f"cus_{number % 9}", price=random.choice(["price_month", "year"]),
                        **row)  # fmt: skip
        if fate < 4 or fate == 6:
            paid_on = day + timedelta(days=30 if fate == 6 else 0)
            company.charge(f"ch_{number}", key, paid_on, total, currency=currency, fee=31)
            if fate == 1:
                company.refund(f"re_{number}", f"ch_{number}", later, total // 3, currency=currency,
                               failed=random.choice([None, later + timedelta(days=9)]))  # fmt: skip
            if fate == 2:
                company.note(f"cn_{number}", key, later, total // 4, kind="post_payment",
                             lines={0: 100}, voided=random.choice([None, YEAR_END]))  # fmt: skip
        if fate == 7:
            company.note(f"cn_{number}", key, later, total)
    return company


@pytest.mark.parametrize("seed", range(5))
def test_identities_on_generated_companies(seed: int) -> None:
    company = random_company(seed, 60)
    books = company.books(date(2024, 2, 29), even_month_prices=["year"])
    for day, reference, amounts in posted(books):
        assert sum(amounts.values()) == 0, (day, reference)
    assert not {"Accounts Receivable", "Deferred Revenue"} & set(balances(books))


def test_the_books_do_not_depend_on_the_order_of_rows() -> None:
    company = random_company(3, 40)
    books = company.books(YEAR_END)
    for number, table in enumerate(company.tables.values()):
        order = list(range(len(next(iter(table.values())))))
        Random(number).shuffle(order)
        for column in table:
            table[column] = [table[column][row] for row in order]
    assert company.books(YEAR_END) == books


def test_harmless_variety_occurs_and_stays_in_its_month() -> None:
    company = random_company(11, 400)
    books = company.books(YEAR_END)
    journal, line = books["xero.journal"], books["xero.journal_line"]
    payment_days = {
        f"CH_{number}": moment.date()
        for number, moment in zip(
            (key[3:] for key in company.tables["stripe.charge"]["id"]),
            company.tables["stripe.charge"]["created"],
        )
    }
    late = 0
    for reference, day, kind in zip(
        journal["reference"], journal["journal_date"], journal["source_type"]
    ):
        key = reference.upper().split()[-1] if reference else ""
        if kind == "ACCRECPAYMENT" and key in payment_days:
            expected = payment_days[key]
            assert 0 <= (day - expected).days <= 3
            assert month_of(day.toordinal()) == month_of(expected.toordinal())
            late += day != expected
    assert late
    assert any(reference != reference.strip() for reference in journal["reference"] if reference)
    assert any("Refund to customer cus_" in (text or "") for text in line["description"])
    by_source: dict[str, int] = defaultdict(int)
    for source, kind in zip(journal["source_id"], journal["source_type"]):
        by_source[source] += kind == "ACCREC"
    assert 3 in by_source.values()
    assert 2 not in by_source.values()
    accounts: dict[str, int] = defaultdict(int)
    for key, name in zip(line["journal_id"], line["account_name"]):
        accounts[key, name] += 1
    assert 2 in accounts.values()


def test_every_column_of_the_raw_tables_is_written(company: Company) -> None:
    paid_quarter(company)
    for name, table in company.books(YEAR_END).items():
        assert list(table) == list(COLUMNS[name])
        assert len({len(values) for values in table.values()}) == 1


def test_a_payment_without_an_invoice_is_the_customers_until_returned(company: Company) -> None:
    company.charge("ch_1", None, date(2023, 1, 4), 5000)
    company.refund("re_1", "ch_1", date(2023, 1, 9), 2000)
    books = company.books(YEAR_END)
    assert balances(books) == {"Customer Balances": "-30.00", "Stripe Clearing": "30.00"}


def test_an_open_written_off_share_keeps_the_part_already_paid(company: Company) -> None:
    company.invoice("in_1", date(2023, 1, 1), QUARTER, tax=1800, status="uncollectible",
                    status_transitions_marked_uncollectible_at=at(FEBRUARY))  # fmt: skip
    company.charge("ch_1", "in_1", date(2023, 1, 2), 5400)
    books = company.books(YEAR_END)
    assert day_of(books, FEBRUARY) == {
        "Accounts Receivable": "-54.00", "Bad Debt": "15.50", "Deferred Revenue": "29.50",
        "Sales Tax Payable": "9.00",
    }  # fmt: skip
    assert by_month(books, "Subscription Revenue") == {1: "-31.00", 2: "-14.00", 3: "-15.50"}


def test_credit_on_a_foreign_invoice_is_worth_its_booking_rate(company: Company) -> None:
    company.rate(date(2023, 1, 2), "USD", "1.2345")
    lines = [(3333, date(2023, 1, 1), FEBRUARY), (1111, date(2023, 1, 1), FEBRUARY)]
    company.invoice("in_1", date(2023, 1, 3), lines, currency="eur", status="paid", amount_paid=0)
    for number, amount in enumerate((1001, 3443)):
        company.add(
            "stripe.customer_balance_transaction", id=f"cbtxn_{number}", customer_id="cus_1",
            invoice_id="in_1", type="applied_to_invoice", amount=amount, currency="eur",
            created=at(date(2023, 1, 3 + number)),
        )  # fmt: skip
    books = company.books(YEAR_END)
    assert balances(books) == {
        "Customer Balances": "54.86", "Subscription Revenue": "-54.87", "Foreign Exchange": "0.01",
    }  # fmt: skip
