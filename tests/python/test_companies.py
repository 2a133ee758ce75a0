"""Whole companies from raw tables to proofs: what the README promises, on other data than the demo."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from conftest import GENERIC, PROJECT_ROOT, WAREHOUSE, DbtRun, run_dbt

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

from generate_company import main as generate_company  # noqa: E402
from print_standing import main as print_standing  # noqa: E402
from score_company import main as score_company  # noqa: E402
from score_quantities import main as score_quantities  # noqa: E402

QUANTITY_LABELS = PROJECT_ROOT / "tests" / "fixtures" / "demo_quantity_labels.csv"
LABELS = PROJECT_ROOT / "tests" / "fixtures" / "demo_labels.csv"


def build_company(project: Path, faults: str, seed: int, timezone: str, start: date) -> DbtRun:
    """Generate a company into the copy's warehouse and build it from its raw tables."""
    arguments = ["--seed", str(seed), "--customers", "60", "--months", "18", "--faults", faults]
    arguments += ["--start", start.isoformat(), "--timezone", timezone, "--format", "duckdb"]
    arguments += ["--labels", str(project / "target" / "labels.csv")]
    assert generate_company([*arguments, "--out", str(project / WAREHOUSE)]) == 0
    variables = {"demo": False, "timezone": timezone}
    return run_dbt(
        project, "build", "--exclude-resource-type", "unit_test", *GENERIC, variables=variables
    )


def check_the_way_of_the_money(built: DbtRun) -> None:
    """Two processors, three currencies they hold, 18 months: every balance is its items, faults or not."""
    ((months,),) = built.query("select count(distinct month_start) from rpt_account_proofs")
    assert months >= 18
    # Every account in every month, also where nothing moved: nothing is left without a cause.
    assert built.query(
        "select account_role, month_start from rpt_account_proofs where residual_amount <> 0"
    ) == []
    held = built.query("select distinct processor_name, currency_code from rpt_processor_balances")
    assert {processor for processor, _ in held} == {"stripe", "paypal"}
    assert {currency for _, currency in held} >= {"USD", "EUR", "GBP"}
    assert built.query("select * from rpt_processor_balances where difference_amount <> 0") == []
    # A payout is the sum of its transactions, or of a class that cannot be itemised.
    classes = dict(built.query("select payout_class, count(*) from rpt_payouts group by payout_class"))
    assert classes["automatic"] > 100 and classes["swept"] > 20 and classes["manual"] > 0
    assert built.query(
        "select payout_id from rpt_payouts where payout_class in ('automatic', 'swept')"
        " and (difference_amount is null or difference_amount <> 0)"
    ) == []
    assert built.query("select * from rpt_bank_reconciliation where residual_amount <> 0") == []
    assert {row[0] for row in built.query("select distinct currency_code from rpt_bank_reconciliation")} >= {
        "USD", "EUR", "GBP"
    }  # fmt: skip


def test_every_fault_of_the_demo_is_found_and_named(built_demo: DbtRun) -> None:
    assert score_company(["--database", str(built_demo.database), "--labels", str(LABELS)]) == 0


def test_every_difference_of_quantities_in_the_demo_is_found_and_named(built_demo: DbtRun) -> None:
    assert score_quantities(["--database", str(built_demo.database), "--labels", str(QUANTITY_LABELS)]) == 0


def test_a_company_without_faults_ties_out_to_the_cent(project_copy: Path) -> None:
    built = build_company(project_copy, "none", 41, "Europe/Berlin", date(2023, 11, 1))
    assert built.success, built.messages
    statuses = built.query(
        "select distinct status from fct_reconciliation_items where account_role <> 'out_of_scope'"
    )
    assert {status for (status,) in statuses} <= {"matched", "pending"}
    assert built.query("select count(*) from fct_exceptions") == [(0,)]
    assert built.query("select count(*) from fct_quarantined_rows") == [(0,)]
    proofs = "select count(*), sum(abs(difference_amount)) from rpt_account_proofs"
    roles, difference = built.query(proofs)[0]
    assert roles > 15 * 18 and difference == 0
    check_the_way_of_the_money(built)
    assert built.query("select * from rpt_bank_reconciliation where unexplained_amount <> 0") == []
    assert built.query("select * from rpt_billing_to_processor where is_error") == []
    assert built.query(
        "select count(*) from rpt_deferred_revenue_rollforward where difference_amount <> 0"
    ) == [(0,)]


def test_a_company_with_faults_is_broken_exactly_where_the_faults_are(project_copy: Path) -> None:
    built = build_company(project_copy, "default", 42, "America/Los_Angeles", date(2024, 2, 1))
    assert built.success, built.messages
    check_the_way_of_the_money(built)
    labels = project_copy / "target" / "labels.csv"
    assert score_company(["--database", str(built.database), "--labels", str(labels)]) == 0


def test_the_standing_reads_from_the_marts(
    built_demo: DbtRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run_results = str(built_demo.target / "run_results.json")
    command = ["--database", str(built_demo.database), "--run-results", run_results]
    assert print_standing(command) == 0
    shown = capsys.readouterr().out
    ((billed,),) = built_demo.query("select sum(billed_amount) from rpt_deferred_revenue_rollforward")
    assert f"{billed:,.2f}" in shown
    assert "controls hold" in shown and "RED" not in shown


def test_the_standing_without_a_build_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_standing(["--database", str(tmp_path / "none.duckdb")]) == 2
    assert capsys.readouterr().err.strip().endswith("run make build")
