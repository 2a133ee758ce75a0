"""Many generated companies in one warehouse and one build, each a source_relation and an entity.

Starting dbt costs more than computing, so twenty companies are built together. All of them have the
same document ids, so a join that forgets the company shows up as a break.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from generate_company import PERIODS, generate, read_closes

from .tables import Tables, row_count
from .world import Options
from .write import write_labels, write_tables

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests")
NOT_COPIED = shutil.ignore_patterns("*.py", "__pycache__", "*__unit_tests*")
POLICY = Path("seeds") / "policy"
OF_ALL_COMPANIES = ("ecb.exchange_rate",)
START = date(2024, 1, 1)
TIMEZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles")
"""The ledger's time zone goes round by seed."""
SOURCES = (
    "stripe", "paypal", "xero", "bank_statement", "plaid", "metering", "agreements", "vendor_counts", "psa",
)  # fmt: skip
TAIL = 20


class Company(NamedTuple):
    """A generated company; `labels` are as in labels.csv."""

    name: str
    timezone: str
    tables: Tables
    labels: list[dict[str, Any]]


def generate_companies(
    seeds: list[int], customers: int, months: int, fault_rates: dict[str, float]
) -> list[Company]:
    """Return a company per seed, in the order of the seeds."""
    closes, companies = read_closes(PERIODS), []
    for seed in seeds:
        timezone = TIMEZONES[seed % len(TIMEZONES)]
        options = Options(seed, customers, months, START)
        tables, labels = generate(options, timezone, fault_rates, closes)
        companies.append(Company(f"seed_{seed}", timezone, tables, labels))
    return companies


def land(companies: list[Company], database: Path) -> None:
    """Write the raw tables of all companies into one DuckDB file."""
    together: Tables = {}
    for name, first in companies[0].tables.items():
        if name in OF_ALL_COMPANIES:
            together[name] = first
            continue
        parts = [company.tables[name] for company in companies]
        together[name] = {
            column: [value for part in parts for value in part[column]] for column in first
        }
        together[name]["source_relation"] = [
            company.name for company in companies for _ in range(row_count(company.tables[name]))
        ]
    write_tables(together, database, "duckdb")


def copy_project(companies: list[Company], folder: Path) -> Path:
    """Copy the project, with the policies of `main` signed for each company; return the copy."""
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=NOT_COPIED)
        else:
            project.mkdir(exist_ok=True)
            shutil.copy2(source, project / name)
    sign_policies(project, companies)
    return project


def sign_policies(project: Path, companies: list[Company]) -> None:
    """Repeat what `main` signed for each company in the policy seeds of a copied project."""
    for path in sorted((project / POLICY).glob("*.csv")):
        _sign(path, companies)


def _sign(path: Path, companies: list[Company]) -> None:
    """Repeat the rows of `main` for each company in a policy seed; entities.csv names them."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or ())
        rows = [row for row in reader if row.get("entity_id") == "main"]
    added = [{**row, "entity_id": company.name} for company in companies for row in rows]
    if path.stem == "entities":
        added = [
            {"source_name": source, "source_relation": company.name, "entity_id": company.name,
             "entity_name": company.name, "functional_currency": "USD",
             "timezone": company.timezone}
            for company in companies for source in SOURCES
        ]  # fmt: skip
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, lineterminator="\n").writerows(added)


def build(project: Path, database: Path, with_tests: bool) -> None:
    """Run dbt on the copy; RuntimeError with dbt's last lines when a model or a test fails."""
    target = project / "target"
    ours = ("DBT_", "TIEOUT_")
    environment = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    environment |= {
        "TIEOUT_DUCKDB_PATH": str(database),
        "TIEOUT_TEMP_DIRECTORY": str(target / "spill"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    kinds = ["seed", "model", *(["test"] if with_tests else [])]
    command = [str(Path(sys.executable).with_name("dbt")), "build", "--exclude", "tag:demo"]
    command += [part for kind in kinds for part in ("--resource-type", kind)]
    command += ["--vars", json.dumps({"demo": False}), "--no-use-colors"]
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    command += ["--target-path", str(target), "--log-path", str(target)]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [*done.stdout.splitlines(), *done.stderr.splitlines()][-TAIL:]
        raise RuntimeError(f"dbt build ended with {done.returncode}:\n" + "\n".join(said))


def build_companies(companies: list[Company], folder: Path, with_tests: bool) -> Path:
    """Land, build and label the companies in a folder; return the database."""
    database = folder / "companies.duckdb"
    land(companies, database)
    for company in companies:
        write_labels(company.labels, folder / f"{company.name}.labels.csv")
    build(copy_project(companies, folder), database, with_tests)
    return database
