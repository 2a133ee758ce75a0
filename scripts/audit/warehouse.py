"""The built database and dbt's record of it, opened for reading, for one company and one month."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Iterator

import duckdb

from audit.tables import Column, NotUsable, kind_of, quoted


@dataclass(frozen=True)
class Scope:
    """Which company and month a pack is of, and how its samples are drawn."""

    entity: str
    period: str
    sample: int
    seed: str

    @property
    def start(self) -> datetime.date:
        """The first day of the month."""
        return datetime.date.fromisoformat(self.period + "-01")

    @property
    def end(self) -> datetime.date:
        """The last day of the month."""
        return (self.start + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)


class Warehouse:
    """An open database with what dbt's manifest says about it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], schema: str):
        self.connection = connection
        self.manifest = manifest
        self.schema = schema
        self._types: dict[str, dict[str, str]] = {}

    def relation(self, name: str) -> str:
        """A table of the marts' schema, quoted."""
        return f"{quoted(self.schema)}.{quoted(name)}"

    def column_types(self, relation: str) -> dict[str, str]:
        """{column: kind} of a relation; empty if it is not in this database."""
        if relation not in self._types:
            try:
                described = self.connection.execute(f"describe {relation}").fetchall()
            except duckdb.Error:
                described = []
            self._types[relation] = {name: kind_of(kind) for name, kind, *_ in described}
        return self._types[relation]

    def has(self, name: str) -> bool:
        """True if the marts' schema holds a table of this name."""
        return bool(self.column_types(self.relation(name)))

    def columns(self, name: str) -> list[Column]:
        """Columns of a table of the marts' schema."""
        return [Column(*column) for column in self.column_types(self.relation(name)).items()]

    def described_relations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(relation, entry of the manifest) of every model and every landed table in this database."""
        for _, node in sorted(self.manifest.get("nodes", {}).items()):
            if node["resource_type"] == "model" and self.has(node.get("alias") or node["name"]):
                yield self.relation(node.get("alias") or node["name"]), node
        for (source, table), relation in self.landed_tables.items():
            yield relation, self.source_entry(source, table)

    def source_entry(self, source: str, table: str) -> dict[str, Any]:
        """What the manifest says about a landed table, {} if it says nothing."""
        for entry in self.manifest.get("sources", {}).values():
            if (entry["source_name"], entry["name"]) == (source, table):
                return entry
        return {}

    @cached_property
    def landed_tables(self) -> dict[tuple[str, str], str]:
        """{(source, table): relation} of the raw tables of this build that are in this database.

        A source whose models were built from the demo's seeds has landed in those seeds.
        """
        used = {
            parent.split(".")[-1].split("__")[0]
            for node in self.manifest.get("nodes", {}).values()
            if node["resource_type"] == "model"
            for parent in node.get("depends_on", {}).get("nodes", ())
            if parent.startswith("seed.") and "__" in parent
        }
        found = {}
        for entry in self.manifest.get("sources", {}).values():
            source, table = entry["source_name"], entry["name"]
            relation = self.relation(f"{source}__{table}") if source in used else _relation_of(entry)
            if self.column_types(relation):
                found[source, table] = relation
        return dict(sorted(found.items()))

    def absent_landed_tables(self) -> list[str]:
        """Names of the declared raw tables that are not in this database."""
        declared = {
            (entry["source_name"], entry["name"]) for entry in self.manifest.get("sources", {}).values()
        }
        return sorted(".".join(key) for key in declared - set(self.landed_tables))

    def one(self, sql: str, *parameters: Any) -> Any:
        """The first value of a query, None if it has no row."""
        row = self.connection.execute(sql, list(parameters)).fetchone()
        return None if row is None else row[0]


def _relation_of(entry: dict[str, Any]) -> str:
    """The table of a source in this file; its schema and name, for the catalogue is the file's."""
    return f"{quoted(entry['schema'])}.{quoted(entry.get('identifier') or entry['name'])}"


def read_manifest(target: Path) -> dict[str, Any]:
    """dbt's manifest from a target folder."""
    path = target / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotUsable(
            f"{path} is missing: it is what dbt build leaves; name its folder with --target"
        ) from None
    except (OSError, ValueError) as error:
        raise NotUsable(f"{path}: {str(error).splitlines()[0]}") from None


def open_warehouse(database: Path, target: Path, schema: str) -> Warehouse:
    """Open a built database for reading; NotUsable if there is none."""
    manifest = read_manifest(target)
    if not database.is_file():
        raise NotUsable(f"{database}: there is no such database; run dbt build, or name it with --database")
    try:
        connection = duckdb.connect(str(database), read_only=True)
        connection.execute("set TimeZone = 'UTC'")
    except duckdb.Error as error:
        raise NotUsable(f"{database}: {str(error).splitlines()[0]}") from None
    warehouse = Warehouse(connection, manifest, schema)
    needed = [
        "int_entities",
        "rpt_account_proofs",
        "fct_reconciliation_items",
        "fct_item_parts",
        "fct_matches",
    ]
    missing = [name for name in needed if not warehouse.has(name)]
    if missing:
        connection.close()
        raise NotUsable(
            f"{database}: no finished build in schema {schema}, {missing[0]} is missing; run dbt build"
        )
    return warehouse


def check_scope(warehouse: Warehouse, entity: str, period: str) -> None:
    """Refuse a company or a month that the build has no figures for."""
    known = [
        name
        for (name,) in warehouse.connection.execute(
            f"select entity_id from {warehouse.relation('int_entities')} order by 1"
        ).fetchall()
    ]
    if entity not in known:
        raise NotUsable(f"no company {entity!r} in this build; it has {', '.join(known) or 'none'}")
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", period) or period < "0001":
        raise NotUsable(f"{period!r} is no month; write it as 2024-06")
    months = [
        f"{month:%Y-%m}"
        for (month,) in warehouse.connection.execute(
            f"""select distinct month_start from {warehouse.relation("rpt_account_proofs")}
                where entity_id = ? order by month_start""",
            [entity],
        ).fetchall()
    ]
    if period not in months:
        reach = f"{months[0]} to {months[-1]}" if months else "none"
        raise NotUsable(f"no figures of {entity} in {period}; this build has {reach}")
