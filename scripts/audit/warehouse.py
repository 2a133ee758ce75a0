"""The built database and dbt's record of it, opened for reading, for one company and one month."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Iterable, Iterator

import duckdb

from audit.tables import Column, NotUsable, kind_of, quoted


@dataclass(frozen=True)
class Scope:
    """Which company and month a pack is of, and how its samples are drawn.

    `names` are the accounting periods that lie in the month, as accounting_periods.csv calls them.
    """

    entity: str
    period: str
    start: datetime.date
    end: datetime.date
    sample: int
    seed: str
    names: tuple[str, ...] = ()


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

    def rows_of(self, sql: str, values: Iterable[str]) -> list[dict[str, Any]]:
        """Rows of a query as dicts; `chosen_for_audit` in it has the values in its column `id`."""
        # A temporary table lives in memory: the database itself is open for reading only.
        self.connection.execute("create or replace temporary table chosen_for_audit (id varchar)")
        chosen = sorted(set(values))
        if chosen:
            self.connection.execute("insert into chosen_for_audit select unnest(?)", [chosen])
        found = self.connection.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]

    def values(self, sql: str, *parameters: Any) -> list[Any]:
        """The first column of a query."""
        return [row[0] for row in self.connection.execute(sql, list(parameters)).fetchall()]

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


def scope_of(warehouse: Warehouse, entity: str, period: str, sample: int, seed: str) -> Scope:
    """The scope of a pack; a company or a month that the build has no figures for is refused.

    A period is a month, 2024-06, or the name of an accounting period that is one: figures are by month.
    """
    entities, proofs = warehouse.relation("int_entities"), warehouse.relation("rpt_account_proofs")
    known = warehouse.values(f"select entity_id from {entities} order by 1")
    if entity not in known:
        raise NotUsable(f"no company {entity!r} in this build; it has {', '.join(known) or 'none'}")
    periods = _accounting_periods(warehouse, entity)
    if period in periods:
        start, end = periods[period]
        if start.day != 1 or end != month_end(start):
            raise NotUsable(
                f"{period} runs from {start} to {end}; figures are by month, write it as {start:%Y-%m}"
            )
    elif re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", period) and period >= "0001":
        start = datetime.date.fromisoformat(period + "-01")
        end = month_end(start)
    else:
        raise NotUsable(f"{period!r} is no month; write it as 2024-06")
    months = warehouse.values(
        f"select distinct month_start from {proofs} where entity_id = ? order by 1", entity
    )
    if start not in months:
        reach = f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}" if months else "none"
        raise NotUsable(f"no figures of {entity} in {period}; this build has {reach}")
    names = {name for name, (first, last) in periods.items() if start <= first and last <= end}
    return Scope(entity, period, start, end, sample, seed, tuple(sorted(names | {period})))


def month_end(start: datetime.date) -> datetime.date:
    """The last day of a month."""
    return (start.replace(day=1) + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)


def _accounting_periods(warehouse: Warehouse, entity: str) -> dict[str, tuple[datetime.date, datetime.date]]:
    """{name: (first day, last day)} of a company's accounting periods."""
    name = next(
        (name for name in ("int_accounting_periods", "accounting_periods") if warehouse.has(name)), None
    )
    if name is None:
        return {}
    rows = warehouse.connection.execute(
        f"select period, start_date, end_date from {warehouse.relation(name)} where entity_id = ?", [entity]
    ).fetchall()
    return {period: (start, end) for period, start, end in rows}
