"""Landed rows by the id the models call them by, of one company, without what is personal."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Iterable, NamedTuple

from audit.privacy import is_tagged
from audit.tables import quoted
from audit.warehouse import Scope, Warehouse

Record = tuple[str, str, str]  # source_name, source_table, source_record_id


class Key(NamedTuple):
    """A key of several columns: its columns, and the staging model that says which id stands for which."""

    columns: tuple[str, ...]
    model: str
    columns_of_model: tuple[str, ...]


# Where the id of the models is not simply the first column that a source declares.
FIRST_FILLED = {("stripe", "invoice_line_item"): ("unique_id", "id")}
SEVERAL = {
    ("paypal", "transaction"): Key(
        ("transaction_id", "transaction_event_code"),
        "stg_paypal__transactions_typed",
        ("transaction_reference", "event_code"),
    ),
}
# The landed row that a landed row is a part of: (its own column, table, column there).
HEADERS = {
    ("stripe", "invoice_line_item"): ("invoice_id", "invoice", "id"),
    ("stripe", "credit_note_line_item"): ("credit_note_id", "credit_note", "id"),
    ("xero", "journal_line"): ("journal_id", "journal", "journal_id"),
}
# Records that no vendor landed: rows of a rule, or made by a model. (table, its key)
MADE_BY_RULES = {
    "usage_period": ("int_usage_periods_priced", "usage_period_id"),
    "usage_commitments": ("usage_commitments", "commitment_id"),
    "variable_consideration": ("variable_consideration", "estimate_id"),
    "opening_balances": ("int_opening_balances", "opening_id"),
    "usage_dues": ("int_usage_dues", "chain_id"),
}
# What a row says about its loading and not about the business.
NOT_SHOWN = {"_fivetran_synced", "_loaded_at", "livemode", "metadata"}

OF_COMPANY = """coalesce(
    (
        select min(nullif(entities.entity_id, '')) from {entities} as entities
        where
            entities.source_name = {source}
            and coalesce(entities.source_relation, '') = coalesce(trim(landed.source_relation), '')
    ),
    'main'
) = {entity}"""


def read_raw_rows(
    warehouse: Warehouse, scope: Scope, records: Iterable[Record]
) -> tuple[dict[Record, list[dict[str, Any]]], dict[Record, list[dict[str, Any]]]]:
    """(rows by record, rows they are a part of by record); versions of a row in the order of their values."""
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source, table, record in records:
        wanted[source, table].add(record)
    raw: dict[Record, list[dict[str, Any]]] = defaultdict(list)
    for (source, table), ids in sorted(wanted.items()):
        for record, row in _rows(warehouse, scope, source, table, ids):
            raw[source, table, record].append(row)
    headers: dict[Record, list[dict[str, Any]]] = defaultdict(list)
    for (source, table), (own, header, column) in HEADERS.items():
        ids = {
            str(row[own]).strip()
            for record, rows in raw.items()
            if record[:2] == (source, table)
            for row in rows
            if row.get(own) is not None
        }
        relation = warehouse.landed_tables.get((source, header))
        if ids and relation is not None:
            for key, row in _found(
                warehouse, scope, source, header, relation, (column,), {one: one for one in ids}
            ):
                headers[source, header, key].append(row)
    return raw, headers


def _rows(
    warehouse: Warehouse, scope: Scope, source: str, table: str, ids: set[str]
) -> list[tuple[str, dict[str, Any]]]:
    """(id, row) of the records of one table that are there."""
    names = {record: record for record in ids}
    relation = warehouse.landed_tables.get((source, table))
    if relation is None:
        made, column = MADE_BY_RULES.get(table, (table, ""))
        if not warehouse.has(made):
            return []
        columns = [column.name for column in warehouse.columns(made)]
        column = column or next(
            (name for name in columns if name.endswith("_id") and name != "entity_id"), ""
        )
        return (
            _found(warehouse, scope, source, "", warehouse.relation(made), (column,), names) if column else []
        )
    key = SEVERAL.get((source, table))
    if key is not None and warehouse.has(key.model):
        told = warehouse.rows_of(
            f"""select distinct source_record_id, {_joined(key.columns_of_model)} as raw_key
                from {warehouse.relation(key.model)}
                where source_record_id in (select id from chosen_for_audit) order by 1, 2""",
            ids,
        )
        names = {row["raw_key"]: row["source_record_id"] for row in told}
        return _found(warehouse, scope, source, table, relation, (), names, _joined(key.columns))
    declared = tuple(warehouse.source_entry(source, table).get("columns") or {})[:1]
    return _found(
        warehouse, scope, source, table, relation, FIRST_FILLED.get((source, table), declared), names
    )


def _joined(columns: tuple[str, ...]) -> str:
    """A key of several columns as one text, blanks and the case of letters aside."""
    return " || ':' || ".join(f"upper(trim(cast({quoted(name)} as varchar)))" for name in columns)


def _found(
    warehouse: Warehouse,
    scope: Scope,
    source: str,
    table: str,
    relation: str,
    keys: tuple[str, ...],
    names: dict[str, str],
    expression: str = "",
) -> list[tuple[str, dict[str, Any]]]:
    """(id, row) of the rows of a relation whose key is one of `names`, which gives the id for it."""
    types = warehouse.column_types(relation)
    present = [key for key in keys if key in types]
    if not expression and not present:
        return []
    texts = [f"nullif(trim(cast({quoted(name)} as varchar)), '')" for name in present]
    expression = expression or f"coalesce({', '.join(texts)})"
    columns = shown_columns(warehouse, source, table, relation)
    order = ", ".join(f"{at} nulls first" for at in range(1, len(columns) + 2))
    where = f"{expression} in (select id from chosen_for_audit)"
    if "source_relation" in types and warehouse.has("entities"):
        where += " and " + OF_COMPANY.format(
            entities=warehouse.relation("entities"), source=_literal(source), entity=_literal(scope.entity)
        )
    rows = warehouse.rows_of(
        f"select {', '.join([f'{expression} as key_for_audit', *map(quoted, columns)])} "
        f"from {relation} as landed where {where} order by {order}",
        names,
    )
    return [(names[row.pop("key_for_audit")], row) for row in rows]


def _literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def shown_columns(warehouse: Warehouse, source: str, table: str, relation: str) -> list[str]:
    """Columns of a table that the project reads and that are not personal; of a rule or model all."""
    landed = {name.lower(): name for name in warehouse.column_types(relation)}
    declared = warehouse.source_entry(source, table).get("columns") if table else None
    if declared is None:
        return list(landed.values())
    return [
        landed[name.lower()]
        for name, column in declared.items()
        if name.lower() in landed and name not in NOT_SHOWN and not is_tagged(column)
    ]
