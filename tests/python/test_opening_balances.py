"""A company that starts mid-life: with opening rows its books tie, without them the proofs say why not.

Two companies land the same rows, ledger included; only one of them has rows in opening_balances.csv. A
third takes over balances in another currency. Months are numbers, 1 is January 2023; money is text in
major units.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from conftest import DbtRun
from tiny_companies import Company, at, build_companies, moved

pytestmark = pytest.mark.dbt

ACCOUNTS = {
    "1100": "accounts_receivable",
    "1200": "processor_clearing",
    "2100": "deferred_revenue",
    "2150": "customer_balance",
    "2200": "tax_payable",
    "3000": "opening_balances",
    "4000": "revenue",
}
# Long enough that a posting which quotes it is understood.
CHARGE = "ch_old00001"
LATE = datetime(2023, 6, 1, 6)
SERVICE = {"service_start_date": "2023-02-01", "service_end_date": "2023-04-01"}


class Ledger:
    """Journals of one company: a list of (account code, amount in major units, debit +)."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.land("organization", organisation_id="org_1", base_currency="USD")
        for code in ACCOUNTS:
            self.land("account", account_id=code, code=code, name=code, type="CURRENT", status="ACTIVE")
            company.signs(
                "account_roles", source_name="xero", account_code=code, account_role=ACCOUNTS[code],
                effective_from="1970-01-01",
            )  # fmt: skip

    def land(self, table: str, **row: object) -> None:
        row |= {"source_relation": self.company.name, "_fivetran_synced": self.company.synced}
        self.company.rows[f"xero.{table}"].append(row)

    def journal(self, day: str, reference: str, *lines: tuple[str, str]) -> None:
        assert sum(Decimal(amount) for _, amount in lines) == 0
        number = 1 + len(self.company.rows["xero.journal"])
        self.land(
            "journal", journal_id=f"j_{number}", journal_number=number, reference=reference,
            journal_date=date.fromisoformat(day), created_date_utc=at(day), source_type="ACCREC",
        )  # fmt: skip
        for place, (code, amount) in enumerate(lines, start=1):
            self.land(
                "journal_line", journal_line_id=f"j_{number}_{place}", journal_id=f"j_{number}",
                account_id=code, account_code=code, net_amount=Decimal(amount), description=reference,
            )  # fmt: skip


def charge_without_invoice(company: Company, amount: int, currency: str = "usd") -> None:
    """Money for an invoice that never landed."""
    company.charge("2023-02-10", amount, currency=currency)
    company.rows["stripe.charge"][-1] |= {"id": CHARGE, "invoice_id": None}
    company.rows["stripe.balance_transaction"][-1]["source"] = CHARGE


def start_mid_life(name: str) -> Company:
    """One old receivable is paid in February and one is not; 59 days of service are still owed."""
    company = Company(name, synced=LATE)
    company.add("customer", id="cus_1", name="Orla Quillfeather", created=at("2023-01-01"))
    charge_without_invoice(company, 11900)
    ledger = Ledger(company)
    ledger.journal(
        "2023-01-31", "Opening balances 2023-01-31", ("1100", "169.00"), ("2100", "-59.00"),
        ("2150", "-10.00"), ("2200", "-19.00"), ("3000", "-81.00"),
    )  # fmt: skip
    ledger.journal("2023-02-10", f"Charge {CHARGE}", ("1200", "119.00"), ("2150", "-119.00"))
    ledger.journal("2023-02-10", f"Old invoice paid by {CHARGE}", ("2150", "119.00"), ("1100", "-119.00"))
    ledger.journal("2023-02-28", "Opening release 2023-02", ("2100", "28.00"), ("4000", "-28.00"))
    ledger.journal("2023-03-31", "Opening release 2023-03", ("2100", "31.00"), ("4000", "-31.00"))
    return company


def take_over(company: Company, role: str, document: str, amount: str, **row: str) -> None:
    row = {"currency_code": "USD", "balance_date": "2023-01-31", **row}
    company.signs(
        "opening_balances", account_role=role, document_reference=document, amount=amount,
        legacy_source="ledger before", approved_by="controller", **row,
    )  # fmt: skip


def with_opening_rows() -> Company:
    company = start_mid_life("opened")
    take_over(company, "accounts_receivable", "OLD-1", "119.00", customer_id="cus_1", settled_by_reference=CHARGE)
    take_over(company, "accounts_receivable", "OLD-2", "50.00", customer_id="cus_1", due_date="2023-01-15")
    take_over(company, "deferred_revenue", "OLD-1", "-59.00", customer_id="cus_1", **SERVICE)
    take_over(company, "customer_balance", "credit", "-10.00", customer_id="cus_1")
    take_over(company, "tax_payable", "tax", "-19.00")
    take_over(company, "opening_balances", "equity", "-81.00")
    return company


def in_another_currency() -> Company:
    """120.00 EUR carried at 132.00; the charge pays them when a euro is 1.20 dollars. 60.00 EUR of service."""
    company = Company("abroad", synced=LATE)
    charge_without_invoice(company, 12000, "eur")
    euros = {"currency_code": "EUR", "customer_id": "cus_1"}
    take_over(
        company, "accounts_receivable", "OLD-1", "120.00", functional_amount="132.00", settled_by_reference=CHARGE,
        **euros,
    )  # fmt: skip
    take_over(company, "deferred_revenue", "OLD-1", "-60.00", functional_amount="-66.01", **SERVICE, **euros)
    take_over(company, "opening_balances", "equity", "-65.99")
    return company


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    landed = [with_opening_rows(), start_mid_life("unopened"), in_another_currency()]
    ledgers = [
        {
            "source_name": "xero", "source_relation": company.name, "entity_id": company.name,
            "entity_name": company.name, "functional_currency": "USD", "timezone": "UTC",
        }
        for company in landed
    ]  # fmt: skip
    rates = [(date(2023, 1, 31), "USD", "1.10"), (date(2023, 2, 10), "USD", "1.20")]
    return build_companies(
        tmp_path_factory.mktemp("opening"), landed, rates, {"entities": ledgers}, tests=True
    )


def test_what_is_taken_over_moves_the_accounts(books):
    assert moved(books, "opened") == {
        "accounts_receivable": {1: "169.00", 2: "-119.00"},
        "customer_balance": {1: "-10.00"},
        "deferred_revenue": {1: "-59.00", 2: "28.00", 3: "31.00"},
        "opening_balances": {1: "-81.00"},
        "processor_clearing": {2: "119.00"},
        "revenue": {2: "-28.00", 3: "-31.00"},
        "tax_payable": {1: "-19.00"},
    }


def test_with_opening_rows_every_account_ties(books):
    proofs = books.query(
        "select account_role, month(month_start), difference_amount, first_unmatched_item_id from rpt_account_proofs"
        " where entity_id = 'opened' and (difference_amount <> 0 or first_unmatched_item_id is not null)"
    )
    assert proofs == []


def test_without_opening_rows_the_proofs_name_what_is_missing(books):
    causes = dict(
        books.query(
            "select account_role, min(cause) from rpt_account_proof_causes where entity_id = 'unopened'"
            " and month_start = date '2023-01-01' and cause <> 'timing' group by account_role"
        )
    )
    opened = {"accounts_receivable", "deferred_revenue", "customer_balance", "tax_payable", "opening_balances"}
    assert causes == dict.fromkeys(opened, "opening_balance")
    residuals = books.query("select count(*) from rpt_account_proofs where residual_amount <> 0")
    assert residuals == [(0,)]


def test_a_receivable_from_before_is_aged_from_its_own_due_date(books):
    ageing = books.query(
        "select month(month_start), invoice_number, days_overdue, bucket, cast(open_amount as text)"
        " from rpt_ar_ageing where entity_id = 'opened' and month_start <= date '2023-03-01' order by 1, 2"
    )
    assert ageing == [
        (1, "OLD-1", 1, "1-30", "119.0000"),
        (1, "OLD-2", 17, "1-30", "50.0000"),
        (2, "OLD-2", 45, "31-60", "50.0000"),
        (3, "OLD-2", 76, "61-90", "50.0000"),
    ]


def test_another_currency_is_carried_at_what_the_books_before_say(books):
    assert moved(books, "abroad") == {
        "accounts_receivable": {1: "132.00", 2: "-132.00"},
        "deferred_revenue": {1: "-66.01", 2: "31.33", 3: "34.68"},
        "fx_gain_loss": {2: "-12.00"},
        "opening_balances": {1: "-65.99"},
        "processor_clearing": {2: "144.00"},
        "revenue": {2: "-31.33", 3: "-34.68"},
    }


def test_the_rollforward_takes_it_over_as_a_correction(books):
    rows = books.query(
        "select month(month_start), cast(opening_amount as text), cast(corrections_amount as text),"
        " cast(recognised_amount as text), cast(closing_amount as text), cast(residual_amount as text)"
        " from rpt_deferred_revenue_rollforward where entity_id = 'opened' and month_start <= date '2023-03-01'"
        " order by 1"
    )
    assert rows == [
        (1, "0.0000", "59.0000", "0.0000", "59.0000", "0.0000"),
        (2, "59.0000", "0.0000", "-28.0000", "31.0000", "0.0000"),
        (3, "31.0000", "0.0000", "-31.0000", "0.0000", "0.0000"),
    ]
