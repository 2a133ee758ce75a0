"""Planted faults: each is one change of the raw tables with one label that tells the truth."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "tests" / "python"))

from company.bookkeeper import post_ledger
from company.fault_ledger import FaultLedger, Tables, find_documents
from company.faults import DEFAULT_RATES, FAULTS, Labels, inject_faults, parse_rates
from company.faults.proration import calendar_days, days_of_30_day_months, other_amount
from company.faults.site import Site
from company.ledger_rules import divide
from test_bookkeeper import at, random_company

AS_OF = date(2024, 2, 29)
CLOSES = {"2023-03": datetime(2023, 4, 10), "2023-04": datetime(2023, 5, 10)}
BESIDE_THE_LEDGER = {
    "payout_not_received", "unknown_currency", "unexplained_withdrawal", "unexplained_deposit",
    "wrong_customer",
    "duplicate_expected", "payout_returned",
}  # fmt: skip
JOURNALS_OF_A_CHARGE = 3
"""Both journals of its payout and the fees of its day."""


@lru_cache(maxsize=None)
def clean_company() -> Tables:
    """Over three hundred invoices with books, payouts of every third day and their deposits."""
    company = random_company(5, 300)
    random = Random(5)
    charge = company.tables["stripe.charge"]
    for row in range(0, len(charge["id"]), 9):
        key, day = charge["id"][row], charge["created"][row].date() + timedelta(days=3)
        if charge["currency"][row] == "usd" and random.random() < 0.9:
            company.dispute(f"dp_{key[3:]}", key, day, charge["amount"][row], fee=1500)
    _sweep(company)
    _change_plans(company)
    _grant_and_leave(company)
    _pay_the_bank(company)
    company.tables.update(
        post_ledger(company.tables, seed=5, timezone="UTC", as_of=AS_OF)
    )
    return company.tables


def _change_plans(company) -> None:
    """Bill twelve upgrades in the middle of a month or a year, counted in seconds."""
    company.add("stripe.price", id="price_month", recurring_interval="month")
    company.add("stripe.price", id="price_year", recurring_interval="year")
    for number in range(12):
        year = number % 2 == 1
        start = date(2023, 2 + number % 3, 7 + number)
        end = start.replace(year=2024) if year else start.replace(month=start.month + 1)
        changed = start + timedelta(days=5 + number)
        for key, amount in (("unused", -9_000), ("remaining", 31_000)):
            share = Fraction((end - changed).days, (end - start).days)
            if key == "unused":
                lines = [(round(amount * share), changed, end)]
            else:
                lines.append((round(amount * share), changed, end))
        price = "price_year" if year else "price_month"
        company.invoice(f"in_change{number}", changed, lines, price=price,
                        customer=f"cus_up{number}")  # fmt: skip
        company.tables["stripe.invoice_line_item"]["proration"][-2:] = [True, True]


def _grant_and_leave(company) -> None:
    """Grant credit to a dozen customers; half of them leave after their last invoice."""
    for number in range(12):
        customer, day = f"cus_go{number}", date(2023, 3, 2 + number)
        company.invoice(f"in_go{number}", day, [(12_000 + number, day, day + timedelta(days=30))],
                        customer=customer)  # fmt: skip
        company.add("stripe.customer_balance_transaction", id=f"cbtxn_go{number}", livemode=True,
                    customer_id=customer, type="adjustment", amount=-700 - number, currency="usd",
                    created=at(day + timedelta(days=1)))  # fmt: skip
        ended = at(day + timedelta(days=30)) if number % 2 else None
        company.add("stripe.subscription_history", id=f"sub_go{number}", customer_id=customer,
                    _fivetran_active=True, ended_at=ended)  # fmt: skip


def _pay_the_bank(company) -> None:
    """Let six customers pay their invoices by transfer, and the bank take a fee; top up Stripe."""
    for number in range(6):
        company.transaction(f"tu_{number}", "topup", date(2023, 5, 3 + number), 50_000 + number)
    for number in range(6):
        key, day = f"in_wire{number}", date(2023, 4, 3 + number)
        lines = [(20_000 + number, day, day + timedelta(days=30))]
        company.invoice(key, day, lines, customer=f"cus_wire{number}", status="paid",
                        amount_paid=20_000 + number, status_transitions_paid_at=at(day, 20))  # fmt: skip
        posted = day + timedelta(days=2)
        for text, amount, reference in (
            ("INCOMING TRANSFER", 20_000 + number, f"INV-{key[3:]}"),
            (f"ACCOUNT SERVICE FEE {number}", -2_500, None),
        ):
            company.add(
                "bank_statement.statement_line", bank_account="receipts", posted_date=posted,
                statement_line_id=f"line-{len(text)}{number:05d}", value_date=posted,
                amount=Decimal(amount).scaleb(-2), currency="USD", description=text,
                reference=reference, _loaded_at=at(posted + timedelta(days=1), 6),
            )  # fmt: skip


def _sweep(company) -> None:
    """Pay out what the charges of a fortnight brought, by currency, and deposit it."""
    transaction = company.tables["stripe.balance_transaction"]
    swept = defaultdict(list)
    for row, (kind, currency, created) in enumerate(
        zip(transaction["type"], transaction["currency"], transaction["created"])
    ):
        if kind == "charge":
            swept[currency, created.toordinal() // 3].append(row)
    for number, ((currency, period), rows) in enumerate(sorted(swept.items())):
        key, day = f"po_{number:04d}", date.fromordinal(period * 3 + 4)
        if currency == "jpy":
            continue
        amount = sum(transaction["net"][row] for row in rows)
        own = company.transaction(key, "payout", day, -amount, currency=currency)
        company.add("stripe.payout", id=key, amount=amount, currency=currency, status="paid",
                    created=at(day), arrival_date=at(day + timedelta(days=2), 0),
                    balance_transaction_id=own, livemode=True)  # fmt: skip
        for row in rows:
            company.add("stripe.payout_balance_transaction", payout_id=key,
                        balance_transaction_id=transaction["id"][row])  # fmt: skip
        posted = day + timedelta(days=2)
        company.add(
            "bank_statement.statement_line", statement_line_id=f"line-{number:05d}",
            bank_account="receipts", posted_date=posted, value_date=posted,
            amount=Decimal(amount).scaleb(-2), currency=currency.upper(),
            description="STRIPE TRANSFER", reference=key,
            _loaded_at=datetime.combine(posted + timedelta(days=1), time(6)),
        )  # fmt: skip


@lru_cache(maxsize=None)
def faulty_company() -> tuple[Tables, Labels]:
    return inject_faults(clean_company(), DEFAULT_RATES, seed=11, closes=CLOSES)


@lru_cache(maxsize=None)
def only(cause: str) -> tuple[Tables, Labels]:
    """Return the company with faults of one cause."""
    return inject_faults(clean_company(), {cause: 0.03}, seed=3, closes=CLOSES)


def journals(tables: Tables) -> dict[str, dict[str, Decimal]]:
    """Return {journal: {account code: amount}}."""
    amounts: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    line = tables["xero.journal_line"]
    for key, code, amount in zip(line["journal_id"], line["account_code"], line["net_amount"]):
        amounts[key][code] += amount
    return amounts


def changed_rows(before: Tables, after: Tables, table: str, key: str) -> set[str]:
    """Return the keys of the rows that differ between two states of a table."""

    def rows(tables: Tables) -> dict[str, tuple]:
        return dict(zip(tables[table][key], zip(*tables[table].values())))

    old, new = rows(before), rows(after)
    return {row for row in old.keys() | new.keys() if old.get(row) != new.get(row)}


def test_every_cause_occurs_at_the_default_rates() -> None:
    counts = Counter(label["cause"] for label in faulty_company()[1])
    assert set(DEFAULT_RATES) == set(FAULTS)
    assert {cause for cause in FAULTS if not counts[cause]} == set()


def test_the_same_seed_plants_the_same_faults() -> None:
    again = inject_faults(clean_company(), DEFAULT_RATES, seed=11, closes=CLOSES)
    assert again == faulty_company()
    other = inject_faults(clean_company(), DEFAULT_RATES, seed=12, closes=CLOSES)
    assert other[1] != again[1]


def test_the_tables_passed_in_are_not_changed() -> None:
    before = {
        name: {column: list(values) for column, values in table.items()}
        for name, table in clean_company().items()
    }
    inject_faults(clean_company(), DEFAULT_RATES, seed=4)
    assert clean_company() == before


def test_without_rates_nothing_changes() -> None:
    tables, labels = inject_faults(clean_company(), parse_rates("none"), seed=1)
    assert not labels
    assert tables == clean_company()


def test_journals_balance_whatever_is_wrong_with_them() -> None:
    tables, _ = faulty_company()
    for key, amounts in journals(tables).items():
        assert sum(amounts.values()) == 0, key


def test_keys_stay_unique_and_columns_complete() -> None:
    tables, _ = faulty_company()
    for table, key in (("xero.journal", "journal_id"), ("xero.journal", "journal_number"),
                       ("xero.journal_line", "journal_line_id"), ("xero.account", "account_id"),
                       ("xero.invoice", "invoice_id"), ("xero.contact", "contact_id"),
                       ("xero.invoice_line_item", "line_item_id"),
                       ("stripe.balance_transaction", "id"), ("stripe.charge", "id"),
                       ("stripe.customer_balance_transaction", "id"),
                       ("bank_statement.statement_line", "statement_line_id")):  # fmt: skip
        values = tables[table][key]
        assert len(set(values)) == len(values), table
    for name, table in tables.items():
        assert list(table) == list(clean_company()[name])
        assert len({len(values) for values in table.values()}) == 1, name
    known = set(tables["xero.journal"]["journal_id"])
    assert set(tables["xero.journal_line"]["journal_id"]) == known


def test_labels_are_well_formed() -> None:
    tables, labels = faulty_company()
    clean = clean_company()
    for label in labels:
        assert list(label) == [
            "source_table", "record_id", "cause", "amount", "currency", "document_reference",
        ]  # fmt: skip
        assert label["amount"] > 0
        assert re.fullmatch("[A-Z]{3}", label["currency"])
        key = next(iter(clean[label["source_table"]]))
        rows = tables[label["source_table"]][key] + clean[label["source_table"]][key]
        assert label["record_id"] in rows
    assert len({(label["source_table"], label["record_id"]) for label in labels}) == len(labels)


def test_no_two_faults_share_an_invoice_and_none_is_recent() -> None:
    _, labels = faulty_company()
    clean = clean_company()
    documents = find_documents(clean, FaultLedger(clean))
    root = {document.key: document.root for document in documents}
    day = {document.key: document.day for document in documents if "arrived" not in document.kind}
    named = [
        label["document_reference"] for label in labels if label["document_reference"] in root
    ]
    roots = [root[key] for key in named]
    assert len(set(roots)) == len(roots)
    last = max(clean["xero.journal"]["journal_date"])
    assert all(day[key] <= last - timedelta(days=10) for key in named)


@pytest.mark.parametrize("cause", sorted(FAULTS))
def test_a_fault_changes_the_ledger_only_where_its_label_says(cause: str) -> None:
    tables, labels = only(cause)
    clean = clean_company()
    assert labels
    touched = changed_rows(clean, tables, "xero.journal", "journal_id")
    lines = changed_rows(clean, tables, "xero.journal_line", "journal_line_id")
    of_line = dict(zip(clean["xero.journal_line"]["journal_line_id"],
                       clean["xero.journal_line"]["journal_id"]))  # fmt: skip
    of_line.update(zip(tables["xero.journal_line"]["journal_line_id"],
                       tables["xero.journal_line"]["journal_id"]))  # fmt: skip
    touched |= {of_line[line] for line in lines}
    if cause in ("payment_marked_paid_without_charge", "charge_without_invoice"):
        assert len(touched) == JOURNALS_OF_A_CHARGE * len(labels)
    elif cause in BESIDE_THE_LEDGER:
        assert not touched
    elif labels[0]["source_table"] == "xero.journal":
        assert touched == {label["record_id"] for label in labels}
    else:
        assert len(touched) == len(labels)


def amounts_before_and_after(cause: str) -> list[tuple[dict, dict]]:
    """Return the labelled journals without and with the fault."""
    tables, labels = only(cause)
    old, new = journals(clean_company()), journals(tables)
    return [(dict(old[label["record_id"]]), dict(new[label["record_id"]])) for label in labels]


def test_a_flipped_sign_flips_every_line() -> None:
    for old, new in amounts_before_and_after("sign_flipped"):
        assert new == {code: -amount for code, amount in old.items()}


def test_transposed_digits_are_the_same_digits() -> None:
    for old, new in amounts_before_and_after("transposed_digits"):
        for code, amount in old.items():
            assert amount != new[code]
            assert sorted(str(abs(amount))) == sorted(str(abs(new[code])))
            assert (amount - new[code]) * 100 % 9 == 0


def test_a_slipped_decimal_is_a_factor_of_ten() -> None:
    for old, new in amounts_before_and_after("decimal_slip"):
        assert {max(new[code] / old[code], old[code] / new[code]) for code in old} == {10}


def test_rounding_is_a_cent_or_two() -> None:
    for old, new in amounts_before_and_after("rounding"):
        assert {abs(new[code] - old[code]) for code in old} <= {Decimal("0.01"), Decimal("0.02")}


def test_tax_in_revenue_moves_the_tax() -> None:
    for old, new in amounts_before_and_after("tax_in_revenue"):
        assert "2200" not in new
        assert new["2100"] == old["2100"] + old["2200"]
        assert new["1100"] == old["1100"]


def test_recognition_on_the_invoice_date_books_deferred_revenue_to_revenue() -> None:
    for old, new in amounts_before_and_after("recognised_on_invoice_date"):
        assert new["4000"] == old["2100"]
        assert "2100" not in new


def test_a_wrong_account_holds_the_whole_line() -> None:
    seen = set()
    for old, new in amounts_before_and_after("wrong_account"):
        ((left, amount),) = set(old.items()) - set(new.items())
        ((moved_to, same),) = set(new.items()) - set(old.items())
        assert same == amount
        seen.add((left, moved_to))
    assert seen == {("2100", "2150"), ("1200", "1220")}


def test_a_proration_counted_otherwise_moves_what_is_owed_and_deferred_alike() -> None:
    for old, new in amounts_before_and_after("proration"):
        shift = new["1100"] - old["1100"]
        assert abs(shift) > Decimal("0.02")
        assert new["2100"] == old["2100"] - shift
        assert {code: new[code] for code in old if code not in ("1100", "2100")} == {
            code: old[code] for code in old if code not in ("1100", "2100")
        }


def test_the_conventions_count_a_part_of_a_month_and_of_a_year() -> None:
    start, end = date(2024, 1, 31), date(2024, 3, 31)
    assert calendar_days(start, end) == 60
    assert days_of_30_day_months(start, end) == 60
    assert days_of_30_day_months(date(2024, 2, 16), date(2024, 3, 16)) == 30
    assert days_of_30_day_months(date(2023, 5, 1), date(2024, 5, 1)) == 360
    # 29.00 for 10 of 29 days of February, in seconds; in months of 30 days a third of it.
    clean = clean_company()
    site = Site(clean, seed=1)
    part = (1000, datetime(2024, 2, 21), datetime(2024, 3, 2), 1)
    assert other_amount(site, *part, calendar_days) == 1000
    assert other_amount(site, *part, days_of_30_day_months) == divide(1000 * 11 * 29, 30 * 10)


def test_an_unconverted_journal_holds_the_documents_numbers() -> None:
    for old, new in amounts_before_and_after("currency_not_converted"):
        assert new["1100"] != old["1100"]
        assert set(new) <= set(old)


def test_a_duplicate_is_equal_but_for_its_ids() -> None:
    tables, labels = only("duplicate_recorded")
    after, journal = journals(tables), tables["xero.journal"]
    reference = dict(zip(journal["journal_id"], journal["reference"]))
    for label in labels:
        key = label["record_id"]
        twins = [
            other for other in reference
            if reference[other] == reference[key] and after[other] == after[key]
        ]  # fmt: skip
        assert len(twins) == 2


def test_a_reversal_is_opposite_and_in_the_same_month() -> None:
    tables, labels = only("reversed_in_ledger")
    after, journal = journals(tables), tables["xero.journal"]
    heads = {row[0]: row[1:] for row in zip(*(journal[name] for name in
             ("journal_id", "reference", "journal_date")))}  # fmt: skip
    for label in labels:
        text, day = heads[label["record_id"]]
        taken_back = {code: -amount for code, amount in after[label["record_id"]].items()}
        originals = [
            heads[key][1] for key, amounts in after.items()
            if heads[key][0] == text and amounts == taken_back
        ]  # fmt: skip
        assert len(originals) == 1
        assert 2 <= (day - originals[0]).days <= 6 and day.month == originals[0].month


@pytest.mark.parametrize("cause", ["cut_off", "closed_period_correction"])
def test_a_late_journal_lies_in_the_next_month_that_is_open(cause: str) -> None:
    tables, labels = only(cause)
    old = dict(zip(*(clean_company()["xero.journal"][name] for name in
                     ("journal_id", "journal_date"))))  # fmt: skip
    journal = tables["xero.journal"]
    posted = zip(journal["journal_date"], journal["created_date_utc"])
    new = dict(zip(journal["journal_id"], posted))
    never = datetime(2100, 1, 1)
    for label in labels:
        before, (after, entered) = old[label["record_id"]], new[label["record_id"]]
        assert (after - before).days >= 10
        assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == 1
        closed = CLOSES.get(f"{before:%Y-%m}", never) <= entered
        assert closed == (cause == "closed_period_correction")
        assert CLOSES.get(f"{after:%Y-%m}", never) > entered


def test_nothing_is_corrected_in_a_closed_period_where_none_is_closed() -> None:
    assert inject_faults(clean_company(), {"closed_period_correction": 0.5}, seed=3)[1] == []


def assert_deposits_are_payouts(tables: Tables) -> None:
    """Fail when a deposit, or a journal of a payout, is not the payout's amount."""
    payout, bank = tables["stripe.payout"], tables["bank_statement.statement_line"]
    amount = {key: Decimal(value).scaleb(-2) for key, value in zip(payout["id"], payout["amount"])}
    for key, deposited in zip(bank["reference"], bank["amount"]):
        assert key not in amount or amount[key] == deposited
    usd = {key for key, currency in zip(payout["id"], payout["currency"]) if currency == "usd"}
    booked, journal = journals(tables), tables["xero.journal"]
    for key, reference in zip(journal["journal_id"], journal["reference"]):
        document = next((word for word in (reference or "").lower().split() if word in usd), None)
        if document:
            assert max(booked[key].values()) == amount[document]


@pytest.mark.parametrize("cause", ["payment_marked_paid_without_charge", "charge_without_invoice"])
def test_a_payout_still_equals_its_transactions_and_its_deposit(cause: str) -> None:
    tables, labels = only(cause)
    transaction, mapping = (
        tables["stripe.balance_transaction"], tables["stripe.payout_balance_transaction"]
    )  # fmt: skip
    net = dict(zip(transaction["id"], transaction["net"]))
    paid: dict[str, int] = defaultdict(int)
    for payout, key in zip(mapping["payout_id"], mapping["balance_transaction_id"]):
        paid[payout] += net[key]
    payout = tables["stripe.payout"]
    assert dict(paid) == dict(zip(payout["id"], payout["amount"]))
    assert_deposits_are_payouts(tables)


def test_an_unbacked_charge_has_no_money_and_stays_paid() -> None:
    tables, labels = only("payment_marked_paid_without_charge")
    transaction = tables["stripe.balance_transaction"]
    gone = {label["record_id"] for label in labels}
    assert not gone & set(transaction["source"])
    charge = tables["stripe.charge"]
    assert all(status == "succeeded" for key, status in zip(charge["id"], charge["status"])
               if key in gone)  # fmt: skip


def test_the_suspense_account_has_no_role_in_the_chart() -> None:
    tables, labels = only("unmapped_account")
    assert tables["xero.account"]["code"][-1] == "9999"
    after = journals(tables)
    seen = {frozenset(after[label["record_id"]]) for label in labels}
    assert seen == {frozenset({"9999", "1010"}), frozenset({"9999", "1100"})}


def test_a_charge_without_invoice_is_unknown_to_billing_or_to_the_books() -> None:
    tables, labels = only("charge_without_invoice")
    charge, quoted = tables["stripe.charge"], tables["xero.journal"]["reference"]
    invoice_of = dict(zip(charge["id"], charge["invoice_id"]))
    for label in labels:
        key = label["document_reference"]
        assert invoice_of.get(key) is None
        assert (key in invoice_of) == (label["source_table"] == "stripe.charge")
        assert not any(key in (text or "") for text in quoted)


def test_a_payout_in_transit_has_not_arrived_anywhere() -> None:
    tables, labels = only("payout_in_transit")
    payout = tables["stripe.payout"]
    status = dict(zip(payout["id"], payout["status"]))
    for label in labels:
        key = label["record_id"]
        assert status[key] == "in_transit"
        assert key not in tables["bank_statement.statement_line"]["reference"]
        assert sum(key in (text or "").lower() for text in tables["xero.journal"]["reference"]) == 1


def test_an_opening_balance_is_older_than_everything_else() -> None:
    tables, (label,) = only("opening_balance")
    journal = tables["xero.journal"]
    day = dict(zip(journal["journal_id"], journal["journal_date"]))
    assert day[label["record_id"]] < min(clean_company()["xero.journal"]["journal_date"])
    assert set(journals(tables)[label["record_id"]]) == {"1100", "2100"}


@pytest.mark.parametrize(
    ("cause", "credited"), [("unmapped_customer", "4000"), ("cancellation_not_recorded", "2100")]
)
def test_an_invoice_of_the_ledgers_own_is_unknown_to_billing(cause: str, credited: str) -> None:
    tables, labels = only(cause)
    booked, journal, invoice = journals(tables), tables["xero.journal"], tables["xero.invoice"]
    contact, history = tables["xero.contact"], tables["stripe.subscription_history"]
    number_of = dict(zip(contact["contact_id"], contact["account_number"]))
    ended = dict(zip(history["customer_id"], history["ended_at"]))
    for label in labels:
        row = journal["journal_id"].index(label["record_id"])
        assert set(booked[label["record_id"]]) == {"1100", credited}
        assert journal["source_type"][row] == "ACCREC"
        assert journal["reference"][row] not in tables["stripe.invoice"]["number"]
        own = invoice["invoice_id"].index(journal["source_id"][row])
        customer = number_of[invoice["contact_id"][own]]
        if cause == "unmapped_customer":
            assert customer not in tables["stripe.customer"]["id"]
        else:
            assert 1 <= (journal["journal_date"][row] - ended[customer].date()).days <= 40


def test_a_duplicate_in_billing_is_equal_but_for_its_id() -> None:
    tables, labels = only("duplicate_expected")
    change = tables["stripe.customer_balance_transaction"]
    rows = [dict(zip(change, values)) for values in zip(*change.values())]
    for label in labels:
        copy = next(row for row in rows if row["id"] == label["record_id"])
        twins = [row for row in rows if {**row, "id": ""} == {**copy, "id": ""}]
        assert len(twins) == 2


def test_only_one_month_of_revenue_is_left_out() -> None:
    _, labels = inject_faults(clean_company(), {"recognition_not_recorded": 1}, seed=3)
    assert len(labels) == 1
    assert re.fullmatch(r"revenue_recognised:\d{4}-\d\d", labels[0]["document_reference"])


@pytest.mark.parametrize(
    "text", ["rounding", "rounding=often", "made_up=0.1", "rounding=1.5", "rounding=-0.1", "=1"]
)
def test_bad_rates_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"\Afaults: [^\n]+\Z"):
        parse_rates(text)


def test_rates_are_read_from_text() -> None:
    assert parse_rates("rounding=0.5, cut_off=0") == {"rounding": 0.5, "cut_off": 0.0}
    assert parse_rates("rounding=0.5\ncut_off=1\n") == {"rounding": 0.5, "cut_off": 1.0}
    assert parse_rates("none") == {}
    assert parse_rates("default") == DEFAULT_RATES
    assert inject_faults(clean_company(), {"cut_off": 0}, seed=1)[1] == []
