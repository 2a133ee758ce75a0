"""A managed service provider with planted faults and its clean twin, reconciled in one build.

Both have the same document ids and the same mappings, so a join that forgets the company would show
the faults of the one in the other.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import PROJECT_ROOT, WAREHOUSE, DbtRun, copy_project, run_dbt

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

import score_quantities  # noqa: E402
from company.batch import Company, land, sign_policies  # noqa: E402
from company.msp import generate_provider, write_labels  # noqa: E402
from company.msp.faults import parse_rates  # noqa: E402

VARIABLES = {
    "demo": False, "usage_sources": ["metering", "stripe"], "agreement_sources": ["agreements"],
    "count_sources": ["vendor_counts"], "psa_sources": ["psa"],
}  # fmt: skip
FAULTY, CLEAN = "faulty", "clean"
POLICY = Path("seeds") / "policy"


def lay_over(project: Path, policies: dict[str, dict[str, list[dict[str, Any]]]]) -> None:
    """Replace the mapping seeds of a copied project by the companies' own; the services are common."""
    for seed in ("client_mappings", "service_mappings", "services"):
        path = project / POLICY / f"{seed}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        rows = [{**row, "entity_id": name} for name, policy in policies.items() for row in policy[seed]]
        if seed == "services":
            rows = policies[CLEAN][seed]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """The default provider with all faults and the one without any."""
    folder = tmp_path_factory.mktemp("msp")
    providers = {
        name: generate_provider(7, 40, 6, dt.date(2024, 1, 1), parse_rates(faults))
        for name, faults in ((FAULTY, "default"), (CLEAN, "none"))
    }
    companies = [Company(name, "UTC", one.tables, one.labels) for name, one in providers.items()]
    project = copy_project(folder, unit_tests=False)
    land(companies, project / WAREHOUSE)
    sign_policies(project, companies)
    lay_over(project, {name: one.policy for name, one in providers.items()})
    for company in companies:
        write_labels(company.labels, project / f"{company.name}.csv")
    run = run_dbt(
        project, "build", "--select", "+fct_exceptions", "+path:models/marts/usage", "--exclude", "tag:demo",
        "--resource-type", "seed", "--resource-type", "model", variables=VARIABLES,
    )  # fmt: skip
    if not run.success:
        pytest.fail("the providers do not build:\n" + "\n".join(run.messages[-20:]), pytrace=False)
    return run


@pytest.mark.parametrize("name", [FAULTY, CLEAN])
def test_all_money_at_stake_is_found_and_nothing_else_alarms(books, name, capsys):
    arguments = ["--database", str(books.database), "--labels", str(books.project / f"{name}.csv"), "--entity", name]
    code = score_quantities.main(arguments)
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "0 alarms on context classes, 0 elsewhere" in printed
    assert name == CLEAN or "100.00 % of the money at stake found" in printed


def test_every_context_is_named_where_it_was_planted(books):
    labels = score_quantities.read_labels(books.project / f"{FAULTY}.csv")
    with duckdb.connect(str(books.database), read_only=True) as connection:
        findings = score_quantities.read_findings(connection, "main", FAULTY)
    rows, _, _ = score_quantities.score(labels, findings)
    assert {row.kind: row.named for row in rows} == {row.kind: row.planted for row in rows}
    assert len(rows) == 20


def test_a_clean_provider_has_no_finding_that_calls_for_work(books):
    found = books.query("select finding, count(*) from int_usage_findings"
                        " where entity_id = ? and (is_alarm or kind = 'cause') group by 1", [CLEAN])  # fmt: skip
    assert found == []
    assert books.query("select count(*) from int_quantity_chain where entity_id = ?", [CLEAN]) > [(1_500,)]


def faults_of(books: DbtRun) -> list[dict[str, str]]:
    """The labels of what is wrong at the faulty provider."""
    labels = score_quantities.read_labels(books.project / f"{FAULTY}.csv")
    return [label for label in labels if label["label_class"] == "fault"]


def test_the_queue_has_a_row_for_each_fault_by_its_cause_and_no_other(books):
    found = books.query("select entity_id, leg, cause, count(*) from fct_exceptions group by all order by all")
    expected = Counter(label["expected"] for label in faults_of(books))
    assert found == [(FAULTY, "usage", cause, number) for cause, number in sorted(expected.items())]


def test_the_mart_sums_to_the_money_at_stake(books):
    found = books.query(
        "select currency_code, sum(calculated_under_amount + calculated_over_amount"
        " + estimated_under_amount + estimated_over_amount) as amount"
        " from fct_usage_reconciliation where entity_id = ? group by 1 order by 1", [FAULTY])  # fmt: skip
    stake: Counter[str] = Counter()
    for label in faults_of(books):
        stake[label["currency"]] += abs(Decimal(label["amount"]))
    assert found == sorted(stake.items())


def test_what_nobody_mapped_is_listed_with_its_units_and_its_cost(books):
    found = books.query(
        "select cast(period_start_date as varchar), client_id is null, unbilled_quantity, estimated_unbilled_amount"
        " from rpt_unmapped_usage where entity_id = ? order by all", [FAULTY])  # fmt: skip
    expected = [
        (label["period_start_date"], label["kind"] == "client_unmapped", -Decimal(label["units"]),
         -Decimal(label["amount"]))
        for label in faults_of(books) if label["expected"] == "mapping_missing"
    ]  # fmt: skip
    assert found == sorted(expected)


def test_usage_that_came_too_late_is_in_no_invoice(books):
    found = books.query(
        "select entity_id, split_part(client_id, ':', 2), service_id, cast(period_start_date as varchar)"
        " from rpt_usage_completeness where late_event_count > 0 order by all")  # fmt: skip
    late = [label for label in faults_of(books) if label["kind"] == "late_events"]
    assert found == sorted(
        (FAULTY, label["client_id"], label["service_id"], label["period_start_date"]) for label in late
    )


def test_the_score_fails_on_a_fault_that_is_not_there(books, tmp_path, capsys):
    text = (books.project / f"{FAULTY}.csv").read_text(encoding="utf-8").splitlines()
    fault = next(line for line in text if ",unbilled_service," in line and line.startswith("fault"))
    invented = fault.replace("unbilled_service", "quantity_under", 1).replace("2024-0", "2023-0")
    labels = tmp_path / "labels.csv"
    labels.write_text("\n".join([*text, invented]) + "\n", encoding="utf-8")
    arguments = ["--database", str(books.database), "--labels", str(labels), "--entity", FAULTY]
    assert score_quantities.main(arguments) == 1
    assert "found nothing" in capsys.readouterr().out
