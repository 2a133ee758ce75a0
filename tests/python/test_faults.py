"""Planted faults: each is one change of the raw tables with one label that tells the truth."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
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
from test_bookkeeper import at, random_company

AS_OF = date(2024, 2, 29)


@lru_cache(maxsize=None)
def clean_company() -> Tables:
    """Three hundred invoices with books, payouts of every second day and their deposits."""
    company = random_company(5, 300)
    random = Random(5)
    charge = company.tables["stripe.charge"]
    for row in range(0, len(charge["id"]), 9):
        key, day = charge["id"][row], charge["created"][row].date() + timedelta(days=3)
        if charge["currency"][row] == "usd" and random.random() < 0.9:
            company.dispute(f"dp_{key[3:]}", key, day, charge["amount"][row], fee=1500)
    _sweep(company)
    company.tables.update(
        post_ledger(company.tables, seed=5, timezone="UTC", as_of=AS_OF)
    )
    return company.tables


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
    return inject_faults(clean_company(), DEFAULT_RATES, seed=11)


def only(cause: str) -> tuple[Tables, Labels]:
    """Return the company with two faults of one cause."""
    return inject_faults(clean_company(), {cause: 0.0001}, seed=3)


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
    assert {cause for cause in FAULTS if counts[cause] < 2} == set()


def test_the_same_seed_plants_the_same_faults() -> None:
    again = inject_faults(clean_company(), DEFAULT_RATES, seed=11)
    assert again == faulty_company()
    assert inject_faults(clean_company(), DEFAULT_RATES, seed=12)[1] != again[1]


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
    named = [label["document_reference"] for label in labels if label["document_reference"]]
    roots = [root[key] for key in named]
    assert len(set(roots)) == len(roots)
    last = max(clean["xero.journal"]["journal_date"])
    assert all(day[key] <= last - timedelta(days=10) for key in named)


@pytest.mark.parametrize("cause", sorted(FAULTS))
def test_a_fault_changes_the_ledger_only_where_its_label_says(cause: str) -> None:
    tables, labels = only(cause)
    clean = clean_company()
    assert len(labels) == 2
    touched = changed_rows(clean, tables, "xero.journal", "journal_id")
    lines = changed_rows(clean, tables, "xero.journal_line", "journal_line_id")
    of_line = dict(zip(clean["xero.journal_line"]["journal_line_id"],
                       clean["xero.journal_line"]["journal_id"]))  # fmt: skip
    of_line.update(zip(tables["xero.journal_line"]["journal_line_id"],
                       tables["xero.journal_line"]["journal_id"]))  # fmt: skip
    touched |= {of_line[line] for line in lines}
    if cause == "payment_marked_paid_without_charge":
        assert len(touched) == 6
    elif cause in ("payout_not_received", "unknown_currency", "unknown", "wrong_customer"):
        assert not touched
    elif labels[0]["source_table"] == "xero.journal":
        assert touched == {label["record_id"] for label in labels}
    else:
        assert len(touched) == 2


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


def test_a_wrong_account_books_deferred_revenue_to_revenue() -> None:
    for old, new in amounts_before_and_after("wrong_account"):
        assert new["4000"] == old["2100"]
        assert "2100" not in new


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


def test_a_cut_off_journal_lies_in_the_next_month() -> None:
    tables, labels = only("cut_off")
    old = dict(zip(*(clean_company()["xero.journal"][name] for name in
                     ("journal_id", "journal_date"))))  # fmt: skip
    new = dict(zip(*(tables["xero.journal"][name] for name in ("journal_id", "journal_date"))))
    for label in labels:
        before, after = old[label["record_id"]], new[label["record_id"]]
        assert (after - before).days >= 10
        assert (after.year * 12 + after.month) - (before.year * 12 + before.month) == 1


def test_a_payout_still_equals_its_transactions_without_the_unbacked_charge() -> None:
    tables, labels = only("payment_marked_paid_without_charge")
    transaction, mapping = (
        tables["stripe.balance_transaction"], tables["stripe.payout_balance_transaction"]
    )  # fmt: skip
    net = dict(zip(transaction["id"], transaction["net"]))
    paid: dict[str, int] = defaultdict(int)
    for payout, key in zip(mapping["payout_id"], mapping["balance_transaction_id"]):
        paid[payout] += net[key]
    payout = tables["stripe.payout"]
    assert dict(paid) == dict(zip(payout["id"], payout["amount"]))
    gone = {label["record_id"] for label in labels}
    assert not gone & set(transaction["source"])
    charge = tables["stripe.charge"]
    assert all(status == "succeeded" for key, status in zip(charge["id"], charge["status"])
               if key in gone)  # fmt: skip


def test_the_suspense_account_has_no_role_in_the_chart() -> None:
    tables, labels = only("unmapped_account")
    assert tables["xero.account"]["code"][-1] == "9999"
    after = journals(tables)
    assert all(set(after[label["record_id"]]) == {"9999", "1010"} for label in labels)


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
