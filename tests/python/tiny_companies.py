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
from typing import Any

import duckdb
import pytest
from conftest import PROJECT_ROOT, WAREHOUSE, DbtRun, copy_project, run_dbt

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

from company.tables import COLUMNS

SYNCED = datetime(2024, 1, 1, 6)
POLICY_SEEDS = Path("seeds") / "policy"
Row = dict[str, Any]


class Company:
    """Raw rows of one company; columns that are not given are null."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.timezone = "UTC"
        self.midnight = 0
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, table: str, **row: Any) -> None:
        row |= {"source_relation": self.name, "livemode": True, "_fivetran_synced": SYNCED}
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

    def dispute(self, day: str, amount: int, fee: int = 0, won: str = "") -> None:
        self.moved("txn_dp", "dispute", day, -amount, source="dp_1", fee=fee)
        if won:
            self.moved("txn_won", "dispute_reversal", won, amount, source="dp_1")
        self.add(
            "dispute", id="dp_1", charge_id="ch_1", amount=amount, currency="usd", created=at(day),
            status="won" if won else "needs_response", balance_transaction="txn_dp",
        )  # fmt: skip

    def note(self, day: str, amount: int, voided: str = "", hour: int = 12) -> None:
        """A credit note on the open invoice."""
        self.add(
            "credit_note", id="cn_1", number="CN-1", invoice_id="in_1", type="pre_payment",
            status="void" if voided else "issued", amount=amount, subtotal=amount, total=amount,
            currency="usd", created=at(day, hour), voided_at=at(voided) if voided else None,
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
            types = {**types, "source_relation": "text"}
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

    policies: rows to append, by policy seed. select: nodes to build, empty for all of the project.
    tests: run the data tests too.
    """
    project = copy_project(folder)
    land(project / WAREHOUSE, landed, rates)
    entities = [
        {
            "source_name": "stripe", "source_relation": company.name, "entity_id": company.name,
            "entity_name": company.name, "functional_currency": "USD", "timezone": company.timezone,
        }
        for company in landed
    ]  # fmt: skip
    for seed, rows in {"entities": entities, **(policies or {})}.items():
        append_policy(project, seed, rows)
    kinds = ["seed", "model", *(["test"] if tests else [])]
    arguments = [argument for kind in kinds for argument in ("--resource-type", kind)]
    if select:
        arguments += ["--select", *select]
    run = run_dbt(project, "build", *arguments, variables={"demo": False})
    if not run.success:
        pytest.fail("the companies do not build:\n" + "\n".join(run.messages[-20:]), pytrace=False)
    return run
