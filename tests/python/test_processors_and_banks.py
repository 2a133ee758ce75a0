"""PayPal beside Stripe, and the bank's accounts: balances roll, sweeps take everything, every line has its reason."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from test_generate_company import SEEDS, Company, rows_of

from company.bank import post_statement  # noqa: E402
from company.bookkeeper import post_ledger
from company.faults import inject_faults
from company.holidays import bank_day_after
from company.rates import load_rates
from company.simulate import simulate
from company.world import Options

CENT = Decimal("0.01")


class TwoProcessors(Company):
    """A company with its bank accounts and books; `paypal`, `statement` and `feed` are rows."""

    def __init__(self, seed):
        super().__init__(seed)
        self.paypal = self.rows["transaction"]
        self.settled = [row for row in self.paypal if row["transaction_status"] in "SV"]
        bank = post_statement(self.tables, self.options)
        self.statement = rows_of(bank["bank_statement.statement_line"])
        self.feed = rows_of(bank["plaid.transaction"])
        self.raw = {
            **self.tables, **bank,
            "ecb.exchange_rate": load_rates(self.options.start, self.options.last_day),
        }


@pytest.fixture(scope="module", params=SEEDS)
def company(request):
    """An 80-customer company of 15 months with PayPal."""
    return TwoProcessors(request.param)


def net(row):
    """What a settled transaction does to the balance."""
    return row["transaction_amount_value"] + row["fee_amount_value"]


def test_the_balance_after_each_transaction_is_the_sum_of_all_so_far(company):
    balances = defaultdict(Decimal)
    times = [row["transaction_initiation_date"] for row in company.paypal]
    assert times == sorted(times) and len(set(times)) == len(times) and times[-1] < company.end
    for row in company.paypal:
        currency = row["transaction_amount_currency_code"]
        if row["transaction_status"] in "SV":
            balances[currency] += net(row)
        assert row["ending_balance_value"] == row["available_balance_value"] == balances[currency]
        assert row["ending_balance_currency_code"] == row["fee_amount_currency_code"] == currency
        assert row["fee_amount_value"] <= 0
    assert set(balances) == {"EUR", "GBP", "JPY", "USD"} and balances["JPY"] == 0


def test_a_sweep_is_the_sum_of_everything_since_the_sweep_before(company):
    since = defaultdict(Decimal)
    for row in company.settled:
        currency = row["transaction_amount_currency_code"]
        if row["transaction_event_code"] == "T0401":
            assert -row["transaction_amount_value"] == since[currency] > 0
            since[currency] = Decimal(0)
        else:
            since[currency] += net(row)


def test_ids_look_like_paypals_and_name_what_they_refer_to(company):
    ids = [row["transaction_id"] for row in company.paypal]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Z0-9]{17}", key) for key in ids)
    payments = {row["transaction_id"]: row for row in company.paypal if row["custom_field"]}
    sweeps = {row["transaction_id"]: row for row in company.paypal if row["transaction_event_code"] == "T0401"}
    for row in company.paypal:
        code, reference = row["transaction_event_code"], row["paypal_reference_id"]
        if code == "T1101":
            assert sweeps[reference]["transaction_amount_value"] == -row["transaction_amount_value"]
        elif reference:
            assert payments[reference]["transaction_status"] in "SV"
        assert (reference is None) == (code in {"T0003", "T0006", "T0300", "T0400", "T0401"})


def test_billing_marks_what_paypal_took_as_paid_out_of_band_a_minute_later(company):
    invoices, charged = company.by_id["invoice"], {row["invoice_id"] for row in company.rows["charge"]}
    paid = [row for row in company.settled if row["transaction_event_code"] in ("T0003", "T0006")]
    assert len({row["custom_field"] for row in paid}) == len(paid)
    for row in paid:
        invoice = invoices[row["custom_field"]]
        factor = 1 if invoice["currency"] == "jpy" else 100
        assert invoice["number"] == row["invoice_id"] and invoice["status"] == "paid"
        assert invoice["id"] not in charged and invoice["charge_id"] is None
        assert invoice["amount_paid"] == row["transaction_amount_value"] * factor
        assert invoice["status_transitions_paid_at"] - row["transaction_initiation_date"] == timedelta(minutes=1)
        assert invoice["currency"].upper() == row["transaction_amount_currency_code"]


def test_no_credit_note_speaks_of_a_refund_at_paypal(company):
    paid = {row["custom_field"] for row in company.settled if row["custom_field"]}
    notes = [row for row in company.rows["credit_note"] if row["invoice_id"] in paid]
    assert all(row["refund_id"] is None for row in notes)


def test_no_more_goes_back_than_was_paid(company):
    returned = defaultdict(Decimal)
    for row in company.settled:
        if row["transaction_event_code"] in ("T1107", "T1201"):
            returned[row["paypal_reference_id"]] -= row["transaction_amount_value"]
    refunded = {row["paypal_reference_id"] for row in company.settled if row["transaction_event_code"] == "T1107"}
    for row in company.settled:
        if row["custom_field"]:
            assert 0 <= returned[row["transaction_id"]] <= row["transaction_amount_value"]
            is_gone = returned[row["transaction_id"]] == row["transaction_amount_value"]
            is_reversed = row["transaction_id"] in refunded and is_gone
            assert (row["transaction_status"] == "V") == is_reversed


def test_a_conversion_takes_all_that_a_payment_brought(company):
    pairs = defaultdict(list)
    for row in company.settled:
        if row["transaction_event_code"] == "T0200":
            pairs[row["paypal_reference_id"]].append(row)
    foreign = [row for row in company.settled if row["custom_field"] and row["invoice_id"]
               and row["transaction_amount_currency_code"] == "JPY"]
    assert {row["transaction_id"] for row in foreign} == set(pairs)
    for row in foreign:
        taken, brought = sorted(pairs[row["transaction_id"]], key=lambda half: half["transaction_amount_value"])
        assert taken["transaction_amount_value"] == -net(row) and taken["transaction_id"] != brought["transaction_id"]
        assert brought["transaction_amount_currency_code"] == "USD" and brought["transaction_amount_value"] > 0


def test_everything_that_paypal_can_do_occurs(company):
    counts = Counter((row["transaction_event_code"], row["transaction_status"]) for row in company.paypal)
    wanted = {
        ("T0003", "S"): 5, ("T0006", "S"): 5, ("T0006", "V"): 0, ("T0006", "D"): 2, ("T0006", "P"): 1,
        ("T1107", "S"): 4, ("T1201", "S"): 2, ("T0106", "S"): 2, ("T1202", "S"): 1, ("T1110", "S"): 2,
        ("T1111", "S"): 2, ("T0200", "S"): 2, ("T0400", "S"): 1, ("T0401", "S"): 20, ("T0300", "S"): 1,
        ("T1101", "S"): 1,
    }  # fmt: skip
    assert {key: counts[key] for key, least in wanted.items() if counts[key] < least} == {}


def money_of(company, pattern):
    """Sums by currency of the bank lines whose text has the pattern; pending entries of the feed left out."""
    sums = defaultdict(Decimal)
    for row in company.statement:
        if re.search(pattern, row["description"]):
            sums[row["currency"]] += row["amount"]
    for row in company.feed:
        if not row["pending"] and re.search(pattern, row["name"]):
            sums[row["iso_currency_code"]] -= row["amount"]
    return sums


def test_the_bank_has_every_payout_that_arrived(company):
    expected = defaultdict(Decimal)
    for row in company.rows["payout"]:
        if row["status"] == "paid":
            expected[row["currency"].upper()] += row["amount"] * CENT
    assert money_of(company, r"^(RETURNED )?STRIPE (TRANSFER|PAYMENTS)") == expected
    expected = defaultdict(Decimal)
    returned = {row["paypal_reference_id"] for row in company.settled if row["transaction_event_code"] == "T1101"}
    for row in company.settled:
        day = row["transaction_initiation_date"].date()
        next_day = bank_day_after(day, row["transaction_amount_currency_code"])
        is_payout = row["transaction_event_code"] in ("T0400", "T0401")
        if is_payout and row["transaction_id"] not in returned and next_day <= company.options.last_day:
            expected[row["transaction_amount_currency_code"]] -= row["transaction_amount_value"]
    assert money_of(company, r"^(RETURNED )?PAYPAL (TRANSFER|INST)") == expected


def test_a_payout_that_came_back_was_there_first(company):
    lines = [(row["description"], row["reference"], row["amount"], row["posted_date"]) for row in company.statement]
    back = [line for line in lines if line[0].startswith("RETURNED")]
    assert len(back) == 2
    for text, reference, amount, day in back:
        key = reference or text.split()[-1]
        there = [line for line in lines if key in (line[1], line[0].split()[-1]) and line[2] == -amount]
        assert len(there) == 1 and there[0][3] < day


def test_most_deposits_name_their_payout_and_the_others_can_be_found(company):
    deposits = [row for row in company.statement if re.match("(STRIPE|PAYPAL) (TRANSFER|PAYMENTS|INST)", row["description"])]
    assert all(row["posted_date"].month == row["value_date"].month for row in deposits)
    assert all(row["posted_date"].weekday() < 5 for row in company.statement)
    quoted = [re.search(r"po_\w+|[A-Z0-9]{17}", f"{row['description']} {row['reference']}") for row in deposits]
    assert 0.75 < sum(match is not None for match in quoted) / len(deposits) < 0.95
    payouts = defaultdict(list)
    for row in company.rows["payout"]:
        if row["status"] == "paid":
            payouts[row["currency"].upper()].append((row["arrival_date"].date(), row["amount"] * CENT))
    joined = 0
    for line, match in zip(deposits, quoted):
        if match is None and line["description"] == "STRIPE PAYMENTS":
            near = [amount for day, amount in payouts[line["currency"]] if abs((day - line["value_date"]).days) <= 10]
            pairs = sum(left + right == line["amount"]
                        for place, left in enumerate(near) for right in near[place + 1 :])
            assert (near.count(line["amount"]), pairs) in ((1, pairs), (0, 1))
            joined += near.count(line["amount"]) == 0
    assert joined >= 1


def test_customers_pay_the_bank_for_what_no_processor_took(company):
    charged = {row["invoice_id"] for row in company.rows["charge"] if row["status"] == "succeeded"}
    charged |= {row["custom_field"] for row in company.settled}
    unpaid = {
        row["number"]: row for row in company.live_invoices
        if row["amount_paid"] > 0 and row["id"] not in charged
    }
    lines = [(row["description"], row["reference"], row["amount"], row["posted_date"]) for row in company.statement]
    lines += [(row["name"], row["payment_meta_reference_number"], -row["amount"], row["date"])
              for row in company.feed if not row["pending"]]
    transfers = [line for line in lines if line[0].startswith("INCOMING TRANSFER")]
    numbers = [reference or text.split()[-1] for text, reference, _, _ in transfers]
    assert len(set(numbers)) == len(numbers) > 3 and set(numbers) <= set(unpaid)
    for number, (_, _, amount, day) in zip(numbers, transfers):
        invoice = unpaid[number]
        factor = 1 if invoice["currency"] == "jpy" else 100
        assert amount * factor == invoice["amount_paid"]
        assert timedelta(0) <= day - invoice["status_transitions_paid_at"].date() <= timedelta(days=9)
    late = company.options.last_day - timedelta(days=9)
    assert all(unpaid[number]["status_transitions_paid_at"].date() >= late for number in set(unpaid) - set(numbers))


def test_the_feed_shows_some_entries_before_they_are_final(company):
    by_id = {row["transaction_id"]: row for row in company.feed}
    pending = {key for key, row in by_id.items() if row["pending"]}
    final = [row for row in company.feed if row["pending_transaction_id"]]
    assert len(by_id) == len(company.feed) and len(final) >= 2
    for row in final:
        before = by_id[row["pending_transaction_id"]]
        assert before["pending"] and not row["pending"]
        assert before["amount"] == row["amount"] and before["date"] < row["date"]
        pending.remove(before["transaction_id"])
    assert all(by_id[key]["date"] == company.options.last_day for key in pending)
    assert all(row["iso_currency_code"] == "GBP" for row in company.feed)
    assert all(row["currency"] != "GBP" for row in company.statement)


def test_the_bank_takes_its_fee_from_every_account_once_a_month(company):
    fees = [(row["currency"], row["description"]) for row in company.statement if "SERVICE FEE" in row["description"]]
    fees += [(row["iso_currency_code"], row["name"]) for row in company.feed
             if "SERVICE FEE" in row["name"] and not row["pending"]]
    assert len(set(fees)) == len(fees) == 3 * (company.options.months - 1)


def test_the_books_of_the_second_processor_hold_what_is_left_there(company):
    books = post_ledger(company.raw, seed=1, timezone="UTC", as_of=company.options.last_day)
    line = books["xero.journal_line"]
    sums = defaultdict(Decimal)
    for code, amount in zip(line["account_code"], line["net_amount"]):
        sums[code] += amount
    fees = {row["description"] for row in company.statement if "SERVICE FEE" in row["description"]}
    assert abs(sums["1205"]) < 9_000 and sums["6105"] > 0 and sums["6120"] > 20 * len(fees)
    assert sums["2160"] > 0 and abs(sums["1230"]) < 9_000
    assert sum(sums.values()) == 0


def test_without_paypal_the_other_customers_stay_who_they_are():
    two = Options(7, 20, 6, date(2024, 1, 1))
    one = two._replace(processors=("stripe",))
    rates = load_rates(one.start, one.last_day)
    alone, both = simulate(one, rates), simulate(two, rates)
    assert "paypal.transaction" not in alone
    for table, columns in {
        "stripe.charge": ("id", "amount", "customer_id", "created", "description"),
        "stripe.refund": ("id", "amount", "charge_id"),
        "stripe.credit_note": ("id", "total", "invoice_id"),
        "stripe.subscription_history": ("id", "_fivetran_start", "status"),
    }.items():
        ours = set(zip(*(alone[table][name] for name in columns)))
        ours = {row for row in ours if row[-1] != "Sandbox"}
        assert ours and ours <= set(zip(*(both[table][name] for name in columns))), table
    bank = post_statement(alone, one)
    assert set(bank) == {"bank_statement.statement_line"}


CAUSES = {
    "payment_not_recorded": "paypal.transaction",
    "refund_not_recorded": "paypal.transaction",
    "dispute_not_recorded": "paypal.transaction",
    "payout_not_recorded": "paypal.transaction",
    "processor_movement_not_recorded": "paypal.transaction",
    "fee_not_recorded": "paypal.transaction",
    "payout_not_received": "paypal.transaction",
    "external_payment_not_received": "stripe.invoice",
    "payout_returned": "bank_statement.statement_line",
    "unexplained_deposit": "bank_statement.statement_line",
    "unexplained_withdrawal": "bank_statement.statement_line",
}
"""{cause: a table whose rows it must also be planted in}."""


@pytest.fixture(scope="module")
def booked(company):
    """The company's tables with its books."""
    return {**company.raw, **post_ledger(company.raw, seed=1, timezone="UTC", as_of=company.options.last_day)}


def rows_gone(before, after, table):
    """How many rows a raw table lost, below zero when it gained some."""
    return len(next(iter(before[table].values()))) - len(next(iter(after[table].values())))


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_a_fault_of_the_second_processor_or_the_bank_is_one_change(booked, cause):
    tables, labels = inject_faults(booked, {cause: 0.01}, seed=2)
    assert CAUSES[cause] in {label["source_table"] for label in labels}
    journals = rows_gone(booked, tables, "xero.journal")
    lines = rows_gone(booked, tables, "bank_statement.statement_line")
    shown = sum(row["pending_transaction_id"] is not None for row in rows_of(booked["plaid.transaction"]))
    shown -= sum(row["pending_transaction_id"] is not None for row in rows_of(tables["plaid.transaction"]))
    lines += rows_gone(booked, tables, "plaid.transaction") - shown
    if cause in ("unexplained_deposit", "unexplained_withdrawal", "payout_returned"):
        assert (journals, lines) == (0, -len(labels))
        added = rows_of(tables["bank_statement.statement_line"])[lines:]
        assert all((row["amount"] > 0) == (cause == "unexplained_deposit") for row in added)
    elif cause == "payout_not_received":
        assert (journals, lines) == (0, len(labels))
    elif cause == "external_payment_not_received":
        assert (journals, lines) == (len(labels), len(labels))
    else:
        assert (journals, lines) == (len(labels), 0)


def test_fees_of_the_bank_are_left_out_of_the_books_and_named(booked):
    _, labels = inject_faults(booked, {"fee_not_recorded": 0.01}, seed=2)
    tables = {label["source_table"] for label in labels}
    assert {"bank_statement.statement_line", "plaid.transaction", "stripe.balance_transaction"} <= tables
    documents = {label["document_reference"].split(":")[1] for label in labels if ":" in label["document_reference"]}
    assert documents == {"stripe", "paypal"}


def test_banks_are_closed_on_weekends_and_on_the_holidays_of_their_currency():
    assert bank_day_after(date(2024, 3, 28), "EUR") == date(2024, 4, 2)
    assert bank_day_after(date(2024, 3, 28), "usd") == date(2024, 3, 29)
    assert bank_day_after(date(2024, 7, 3), "gbp") == date(2024, 7, 5)
    assert bank_day_after(date(2024, 7, 5), "usd", 2) == date(2024, 7, 9)
