"""All files of a pack, made from a database and a project; nothing of the run, the machine or the clock."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import xlsxwriter

from audit import contents, readme
from audit.checks import Check, checks, table_of, verdict
from audit.privacy import personal_columns, withholding
from audit.sampling import samples
from audit.tables import Table, csv_bytes, with_texts
from audit.trails import PARTS_SHOWN, trail_tables
from audit.warehouse import Scope, Warehouse
from audit.workbook import Book, sheet_names

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = ("proofs", "exceptions", "samples", "rules", "counts", "sql")
WORKBOOK = "pack.xlsx"
SAMPLING_RULE = (
    "monetary-unit sampling with key items, interval = amount / items wanted, amounts in the company's currency "
    "without sign; order and start from SHA-256 of the seed text, the population and the item's id"
)


class Pack(NamedTuple):
    """Files by path, manifest last, and what the summary says."""

    files: dict[str, bytes]
    checks: list[Check]
    ties: bool
    sentence: str


def tools(warehouse: Warehouse) -> dict[str, str]:
    """Versions of what made the figures and the files."""
    return {
        "dbt": warehouse.manifest.get("metadata", {}).get("dbt_version") or "",
        "duckdb": duckdb.__version__,
        "xlsxwriter": xlsxwriter.__version__,
    }


def version_of(project: Path) -> str:
    """The project's version, as dbt_project.yml says."""
    path = project / "dbt_project.yml"
    found = (
        re.search(r"(?m)^version:\s*['\"]?([^'\"\s]+)", path.read_text(encoding="utf-8"))
        if path.is_file()
        else None
    )
    return found.group(1) if found else ""


def build(
    warehouse: Warehouse, scope: Scope, project: Path, target: Path, made_with: dict[str, str] | None = None
) -> Pack:
    """Make every file of the pack of a company and a month.

    `made_with` are the versions a pack to be compared names; with others, its manifest could never be equal.
    """
    policy = contents.policy_files(project)
    tables, absent = contents.marts(warehouse, scope)
    compiled, index, run = contents.sql_files(warehouse, target, project)
    populations, drawn = samples(warehouse, scope)
    counted = contents.counts(warehouse)
    tables += [
        run,
        contents.settled_later(warehouse, scope),
        contents.decisions(warehouse, scope),
        populations,
        *trail_tables(warehouse, scope, drawn),
        contents.account_map(warehouse, scope),
        contents.rules_loaded(warehouse, policy, project),
        *counted,
        index,
    ]
    withheld = withholding(warehouse)
    tables = [with_texts(table, withheld) for table in tables]
    tables.sort(key=_folder)
    as_of = warehouse.one(
        f"select as_of_date from {warehouse.relation('int_entities')} where entity_id = ?", scope.entity
    )
    found = checks({table.path: table for table in tables}, scope, as_of, absent)
    ties, sentence = verdict(scope, found)

    files = {table.path: csv_bytes(table) for table in tables}
    files |= contents.shown_rules(warehouse, policy, withheld("text")) | compiled
    summary = table_of(found)
    files[summary.path] = csv_bytes(summary)
    facts = {
        "entity": scope.entity,
        "period": scope.period,
        "period_start": scope.start.isoformat(),
        "period_end": scope.end.isoformat(),
        "as_of_date": as_of.isoformat(),
        "currency_code": warehouse.one(
            f"select functional_currency_code from {warehouse.relation('int_entities')} where entity_id = ?",
            scope.entity,
        ),
    }
    files["README.md"] = readme.text(facts, scope, sentence, found, tables, absent).encode("utf-8")
    files[WORKBOOK] = _workbook(scope, facts, ties, sentence, found, tables)
    rows = {table.path: len(table.rows) for table in [*tables, summary]}
    manifest = {
        "format": FORMAT,
        "project": {
            "name": warehouse.manifest.get("metadata", {}).get("project_name") or "",
            "version": version_of(project),
        },
        "made_with": made_with or tools(warehouse),
        **facts,
        "ties": ties,
        "sample": scope.sample,
        "seed": scope.seed,
        "sampling_rule": SAMPLING_RULE,
        "parts_shown": PARTS_SHOWN,
        "fingerprints": {
            "marts": contents.fingerprint(counted[0]),
            "raw_tables": contents.fingerprint(counted[1]),
            "rules": _hash_of_files(policy),
            "sql": _hash_of_files(compiled),
        },
        "absent_marts": absent,
        "absent_raw_tables": warehouse.absent_landed_tables(),
        "personal_data_withheld": sorted(
            f"{relation.split('.')[-1].strip(chr(34))}.{column}"
            for relation, columns in personal_columns(warehouse).items()
            for column in columns
        ),
        "files": [
            {
                "path": path,
                "bytes": len(content),
                "rows": rows.get(path),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for path, content in files.items()
        ],
    }
    files[MANIFEST] = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    return Pack(files, found, ties, sentence)


def _folder(table: Table) -> int:
    """Where a table's folder stands in the order a reader wants; within it, tables stay as they were made."""
    return FOLDERS.index(table.path.split("/")[0])


def _hash_of_files(files: dict[str, bytes]) -> str:
    """One hash over names and contents."""
    lines = [f"{hashlib.sha256(content).hexdigest()} {path}\n" for path, content in sorted(files.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _workbook(
    scope: Scope, facts: dict[str, Any], ties: bool, sentence: str, found: list[Check], tables: list[Table]
) -> bytes:
    """The workbook: summary, contents, and a sheet for each table."""
    title = f"Auditor's pack: {scope.entity}, {scope.period}"
    book = Book(scope.end, title)
    named = sheet_names(tables)
    shown = [(name.replace("_", " "), str(value)) for name, value in facts.items()]
    book.summary(title, shown, sentence, ties, [tuple(check) for check in found])
    book.contents(tables, named)
    for table in tables:
        book.sheet(
            named[table.path],
            table.columns,
            table.rows,
            f"more rows than a sheet holds; all are in {table.path}",
        )
    return book.bytes()
