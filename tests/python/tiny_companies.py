"""Tiny companies: raw tables of a handful of rows each, many of them in one warehouse and one build.

A company is one `source_relation` and one `entity_id`. All of them use the same document ids on purpose,
so a join that forgets the company shows up as a wrong number.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from conftest import GENERIC, PROJECT_ROOT, WAREHOUSE, DbtRun, copy_project, run_dbt

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

from company.tables import COLUMNS

SYNCED = datetime(2024, 1, 1, 6)
# What staging reads where it has landed and the generator does not write.
FURTHER_COLUMNS = {"stripe.price": {"recurring_aggregate_usage": "text"}}
POLICY_SEEDS = Path("seeds") / "policy"
Row = dict[str, Any]
Movements = dict[str, dict[int, str]]


class Company:
    """Raw rows of one company; columns that are not given are null."""

    def __init__(self, name: str, functional_currency: str = "USD", synced: datetime = SYNCED) -> None:
        self.name = name
        self.functional_currency = functional_currency
        self.synced = synced
        self.timezone = "UTC"
        self.midnight = 0
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.policy_rows: dict[str, list[Row]] = defaultdict(list)

    def signs(self, seed: str, **row: Any) -> None:
        """Add a row for this company alone to a policy seed."""
        self.policy_rows[seed].append({"entity_id": self.name, **row})

    def chooses(self, policy: str, choice: str, since: str = "1970-01-01") -> None:
        self.signs("policies", policy=policy, choice=choice, effective_from=since, approved_by="controller")

    def earns(self, convention: str, **conditions: Any) -> None:
        """Earn lines by a convention: those the conditions name, or all of them."""
        number = 1 + len(self.policy_rows["recognition_rules"])
        self.signs(
            "recognition_rules", priority=number, convention=convention, effective_from="1970-01-01", **conditions
        )

    def add(self, table: str, **row: Any) -> None:
        row |= {"source_relation": self.name, "livemode": True, "_fivetran_synced": self.synced}
        self.rows[f"stripe.{table}"].append(row)

    def yearly(self) -> None:
        """Everything is billed by the year, so it is earned in even months."""
        self.add("price", id="price_1", product_id="prod_1", currency="usd", recurring_interval="year")

    def invoice(
        self, day: str, *lines: tuple[int, str, str], currency: str = "usd", tax: int = 0,
        status: str = "open", paid: int = 0, **row: Any,
    ) -> None:  # fmt: skip
        """Finalise in_1; a line is (amount, first day, day after the last)."""
        subtotal = sum(amount for amount, _, _ in lines)
        self.add(
            "invoice", id="in_1", number="INV-1", customer_id="cus_1", status=status, currency=currency,
            subtotal=subtotal, tax=tax, total=subtotal + tax, amount_paid=paid, created=at(day),
            status_transitions_finalized_at=at(day), is_deleted=False, **row,
        )  # fmt: skip
        for number, (amount, start, end) in enumerate(lines, start=1):
            self.add(
                "invoice_line_item", invoice_id="in_1", unique_id=f"il_{number}", id=f"il_{number}",
                type="subscription", amount=amount, currency=currency, quantity=1, price_id="price_1",
                period_start=at(start, self.midnight), period_end=at(end, self.midnight),
                proration=amount < 0,
            )  # fmt: skip

    def moved(
        self, key: str, kind: str, day: str, amount: int, *, source: str | None = None,
        currency: str = "usd", fee: int = 0,
    ) -> None:  # fmt: skip
        """Move money at the processor for a charge, refund, dispute or payout."""
        self.add(
            "balance_transaction", id=key, source=source, type=kind, reporting_category=kind,
            amount=amount, fee=fee, net=amount - fee, currency=currency, status="available",
            created=at(day), available_on=at(day),
        )  # fmt: skip

    def charge(self, day: str, amount: int, currency: str = "usd", fee: int = 0) -> None:
        self.moved("txn_1", "charge", day, amount, source="ch_1", currency=currency, fee=fee)
        self.add(
            "charge", id="ch_1", amount=amount, amount_captured=amount, captured=True, paid=True,
            status="succeeded", currency=currency, customer_id="cus_1", invoice_id="in_1",
            balance_transaction_id="txn_1", created=at(day),
        )  # fmt: skip

    def refund(self, key: str, day: str, amount: int, currency: str = "usd", failed: str = "") -> None:
        self.moved(f"txn_{key}", "refund", day, -amount, source=key, currency=currency)
        if failed:
            self.moved(f"txn_{key}_back", "refund_failure", failed, amount, source=key, currency=currency)
        self.add(
            "refund", id=key, charge_id="ch_1", amount=amount, currency=currency, created=at(day),
            status="failed" if failed else "succeeded", balance_transaction_id=f"txn_{key}",
            failure_balance_transaction_id=f"txn_{key}_back" if failed else None,
        )  # fmt: skip

    def dispute(self, day: str, amount: int, fee: int = 0, won: str = "", lost: str = "") -> None:
        self.moved("txn_dp", "dispute", day, -amount, source="dp_1", fee=fee)
        if won:
            self.moved("txn_won", "dispute_reversal", won, amount, source="dp_1")
        self.add(
            "dispute", id="dp_1", charge_id="ch_1", amount=amount, currency="usd", created=at(day),
            status="won" if won else "lost" if lost else "needs_response", balance_transaction="txn_dp",
            closed_at=at(won or lost) if won or lost else None,
        )  # fmt: skip

    def note(self, day: str, amount: int, voided: str = "", hour: int = 12) -> None:
        """A credit note on the open invoice."""
        self.add(
            "credit_note", id="cn_1", number="CN-1", invoice_id="in_1", type="pre_payment",
            status="void" if voided else "issued", amount=amount, subtotal=amount, total=amount,
            currency="usd", created=at(day, hour), voided_at=at(voided) if voided else None,
        )  # fmt: skip

    def metered(self, unit_amount: str | None, aggregation: str | None = None, currency: str = "usd") -> None:
        """One metered item si_1 of sub_1; unit_amount in minor units as text, None for tiers."""
        self.add(
            "price", id="price_1", product_id="prod_1", currency=currency, recurring_interval="month",
            recurring_usage_type="metered", unit_amount_decimal=unit_amount,
            recurring_aggregate_usage=aggregation,
        )  # fmt: skip
        self.add("subscription_item", id="si_1", subscription_id="sub_1", plan_id="price_1")

    def usage(self, key: str, day: str, quantity: str, *, recorded: datetime | None = None) -> None:
        """Use si_1; reported when it was used, unless recorded says later."""
        self.rows["metering.usage_record"].append({
            "usage_record_id": key, "subscription_item_id": "si_1", "quantity": Decimal(quantity),
            "occurred_at": at(day), "recorded_at": recorded or at(day), "_loaded_at": SYNCED,
            "source_relation": self.name,
        })  # fmt: skip

    def bill(self, key: str, day: str, amount: int, start: str, end: str, **line: Any) -> None:
        """Finalise an invoice of one line for si_1 of sub_1; what is not given is as on any usage line."""
        currency = line.pop("currency", "usd")
        self.add(
            "invoice", id=key, number=key, customer_id="cus_1", subscription_id="sub_1", status="open",
            currency=currency, subtotal=amount, tax=0, total=amount, amount_paid=0, created=at(day),
            status_transitions_finalized_at=at(day), is_deleted=False,
        )  # fmt: skip
        usual = {"price_id": "price_1", "subscription_item_id": "si_1", "subscription_id": "sub_1"}
        self.add(
            "invoice_line_item", invoice_id=key, unique_id=f"il_{key}", id=f"il_{key}",
            type="subscription", amount=amount, currency=currency, quantity=1,
            period_start=at(start, 0), period_end=at(end, 0), proration=False, **(usual | line),
        )  # fmt: skip

    def payout(self, day: str, arrives: str, amount: int) -> None:
        self.moved("txn_po", "payout", day, -amount, source="po_1")
        self.add(
            "payout", id="po_1", amount=amount, currency="usd", status="paid", automatic=False,
            created=at(day), arrival_date=at(arrives, 0), balance_transaction_id="txn_po",
        )  # fmt: skip


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour)


def land(database: Path, landed: list[Company], rates: list[tuple[date, str, str]]) -> None:
    """Write the raw tables; those without rows land empty.

    rates: (day, currency, units of it per 1 EUR), as the ECB publishes them.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for company in landed:
        for table, added in company.rows.items():
            rows[table] += added
    for day, currency, rate in rates:
        rows["ecb.exchange_rate"].append({"rate_date": day, "currency": currency, "rate": Decimal(rate)})
    with duckdb.connect(str(database), config={"storage_compatibility_version": "v1.4.0"}) as connection:
        for table, types in COLUMNS.items():
            types = {**types, **FURTHER_COLUMNS.get(table, {}), "source_relation": "text"}
            connection.execute(f"create schema if not exists {table.split('.')[0]}")
            named = ", ".join(
                f'"{name}" {"decimal(28, 8)" if kind == "decimal" else kind}'
                for name, kind in types.items()
            )
            connection.execute(f"create table {table} ({named})")
            values = [[row.get(name) for name in types] for row in rows[table]]
            if values:
                holes = ", ".join("?" for _ in types)
                connection.executemany(f"insert into {table} values ({holes})", values)


def append_policy(project: Path, seed: str, rows: list[Row]) -> None:
    """Add rows to a policy seed of a copied project; columns that are not given are empty."""
    path = project / POLICY_SEEDS / f"{seed}.csv"
    with open(path, newline="", encoding="utf-8") as file:
        header = next(csv.reader(file))
    with open(path, "a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writerows(rows)


class Signed(NamedTuple):
    """Companies and the rows of policy seeds that stand for them besides what each signed itself."""

    companies: list[Company]
    policies: dict[str, list[Row]] = {}


def build_signed(folder: Path, parts: list[Signed], rates: list[tuple[date, str, str]]) -> DbtRun:
    """Build the companies of several test files together, with every control; their names must differ."""
    companies = [company for part in parts for company in part.companies]
    names = [company.name for company in companies]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    policies: dict[str, list[Row]] = defaultdict(list)
    for part in parts:
        for seed, rows in part.policies.items():
            policies[seed] += rows
    return build_companies(folder, companies, rates, policies, tests=True)


def build_companies(
    folder: Path,
    landed: list[Company],
    rates: list[tuple[date, str, str]],
    policies: dict[str, list[Row]] | None = None,
    *,
    select: tuple[str, ...] = (),
    tests: bool = False,
) -> DbtRun:
    """Build all companies at once in a copy of the project; fail the test when dbt fails.

    policies: rows of policy seeds besides what the companies signed. select: nodes to build, empty for
    all of the project. tests: run the controls too.
    """
    project = copy_project(folder, unit_tests=False)
    land(project / WAREHOUSE, landed, rates)
    entities = [
        {
            "source_name": source, "source_relation": company.name, "entity_id": company.name,
            "entity_name": company.name, "functional_currency": company.functional_currency,
            "timezone": company.timezone,
        }
        for company in landed
        for source in ("stripe", "bank_statement", "metering")
    ]  # fmt: skip
    signed: dict[str, list[Row]] = defaultdict(list, entities=entities)
    for seed, rows in (policies or {}).items():
        signed[seed] += rows
    for company in landed:
        for seed, rows in company.policy_rows.items():
            signed[seed] += rows
    for seed, rows in signed.items():
        append_policy(project, seed, rows)
    kinds = ["seed", "model", *(["test"] if tests else [])]
    arguments = [argument for kind in kinds for argument in ("--resource-type", kind)]
    if select:
        # Of the tests, those that need nothing else.
        arguments += ["--select", *select, "--indirect-selection", "buildable"]
    if tests:
        arguments += GENERIC
    run = run_dbt(project, "build", *arguments, variables={"demo": False, "usage_sources": ["metering"]})
    if not run.success:
        pytest.fail("the companies do not build:\n" + "\n".join(run.messages[-20:]), pytrace=False)
    return run


def recognised(books: DbtRun, company: str) -> Movements:
    """{revenue or contra: {month: amount}} over all lines, months without any left out."""
    found: Movements = {}
    for name, column in [("revenue", "recognised"), ("contra", "contra")]:
        amounts = books.query(
            f"select month(month_start), sum({column}_functional_amount) as amount"
            " from fct_recognition_schedule where entity_id = ? group by 1 having amount <> 0 order by 1",
            [company],
        )
        if amounts:
            found[name] = {month: f"{amount:.2f}" for month, amount in amounts}
    return found


def moved(books: DbtRun, company: str) -> Movements:
    """{account role: {month: debits less credits}}, months without a movement left out."""
    found: Movements = defaultdict(dict)
    for role, month, amount in books.query(
        "select account_role, month(month_start), expected_debit_amount - expected_credit_amount"
        " from rpt_trial_balance where entity_id = ? order by 1, 2",
        [company],
    ):
        if amount:
            found[role][month] = f"{amount:.2f}"
    return dict(found)
