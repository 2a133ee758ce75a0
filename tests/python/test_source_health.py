"""What dbt says of landed tables at run time: columns that changed, and the age of the last load."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT_ROOT, WAREHOUSE, DbtRun, copy_project, run_dbt
from tiny_companies import Company, land

STAGING = PROJECT_ROOT / "models" / "staging"
RAW = {"demo": False}


def declared_tables() -> set[tuple[str, str]]:
    """(source, table) of every _sources.yml."""
    return {
        (source["name"], table["name"])
        for path in STAGING.glob("*/_*__sources*.yml")
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
    }


def test_every_declared_table_is_asked():
    """The list in read_tables: what it lacks might be asked before it is there."""
    text = (PROJECT_ROOT / "macros" / "read_tables.sql").read_text(encoding="utf-8")
    listed = {
        (source, table)
        for source, tables in re.findall(r"'(\w+)': (?:tables\['\w+'\] \+ )?\[(.*?)\]", text, flags=re.DOTALL)
        for table in re.findall(r"'(\w+)'", tables)
    }
    missing = declared_tables() - listed
    assert not missing, f"add to macros/read_tables.sql: {sorted(missing)}"


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copied project whose raw tables came an hour, 40 hours and 80 hours ago, some of them changed."""
    project = copy_project(tmp_path_factory.mktemp("landed"), unit_tests=False)
    land(project / WAREHOUSE, [Company("main")], [])
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    with duckdb.connect(str(project / WAREHOUSE)) as raw:
        # An optional column is gone, one is renamed, a required one too, an amount is text, and one is new.
        raw.execute("alter table stripe.charge drop column payment_intent_id")
        raw.execute("alter table stripe.refund rename column reason to refund_reason")
        raw.execute("alter table stripe.dispute rename column currency to currency_code")
        raw.execute("alter table stripe.dispute alter column amount type varchar")
        raw.execute("alter table xero.account add column owner varchar")
        for table, hours in (("stripe.invoice", 1), ("xero.journal", 40), ("paypal.transaction", 80)):
            raw.execute(f"insert into {table} (_fivetran_synced) values (?)", [now - timedelta(hours=hours)])
    return project


@pytest.fixture(scope="module")
def asked(landed: Path) -> DbtRun:
    run = run_dbt(
        landed, "build", "--select", "schema_findings", "int_source_columns", "rpt_schema_drift",
        "--exclude-resource-type", "test", variables=RAW,
    )  # fmt: skip
    if not run.success:
        pytest.fail("\n".join(run.messages[-20:]), pytrace=False)
    return run


@pytest.mark.dbt
def test_changed_columns_are_named(asked):
    found = set(
        asked.query(
            "select source_name, table_name, column_name, finding, is_drift from rpt_schema_drift"
            " where (source_name, table_name) in"
            " (('stripe', 'charge'), ('stripe', 'refund'), ('stripe', 'dispute'), ('xero', 'account'))"
        )
    )
    assert ("stripe", "charge", "payment_intent_id", "column_missing", False) in found
    assert ("stripe", "refund", "reason", "column_missing", False) in found
    assert ("stripe", "refund", "refund_reason", "column_new", False) in found
    assert ("stripe", "dispute", "currency_code", "column_new", False) in found
    assert ("xero", "account", "owner", "column_new", False) in found
    # What staging reads past is a note.
    assert {row[:4] for row in found if row[4]} == {
        ("stripe", "dispute", "amount", "column_retyped"),
        ("stripe", "dispute", "currency", "column_missing"),
    }


@pytest.mark.dbt
def test_freshness_is_judged_by_the_day(landed, asked):
    run = run_dbt(
        landed, "source", "freshness", "--select",
        "source:stripe.invoice", "source:xero.journal", "source:paypal.transaction", variables=RAW,
    )  # fmt: skip
    results = json.loads((run.target / "sources.json").read_text(encoding="utf-8"))["results"]
    ages = {result["unique_id"].split(".", 2)[2]: result["status"] for result in results}
    assert ages == {"stripe.invoice": "pass", "xero.journal": "warn", "paypal.transaction": "error"}
    assert not run.success, "an error of age is an error of the run"
