"""Writes generated tables as CSV files, parquet files or one DuckDB database, rows sorted by key."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable

import duckdb
import numpy as np

from .tables import COLUMNS, Table, Tables, key_of, row_count

_DUCKDB_TYPES = {
    "text": "varchar",
    "bigint": "bigint",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "date": "date",
    "decimal": "decimal(18, 6)",
}
_BATCH = 500_000
LABEL_COLUMNS = ("source_table", "record_id", "cause", "amount", "currency", "document_reference")


def write_tables(tables: Tables, out: Path, file_format: str) -> None:
    """Write every table below `out` (csv, parquet: <source>/<source>__<table>) or into `out` (duckdb)."""
    writers: dict[str, Callable[[Tables, Path], None]] = {
        "csv": _write_csv,
        "parquet": _write_parquet,
        "duckdb": _write_duckdb,
    }
    writers[file_format](tables, out)


def write_labels(labels: list[dict[str, Any]], path: Path) -> None:
    """Write the planted faults, one row each, sorted; a header alone when there are none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = sorted([_text(label.get(column)) for column in LABEL_COLUMNS] for label in labels)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(LABEL_COLUMNS)
        writer.writerows(rows)


def _text(value: Any) -> str:
    """CSV text of a value: empty for None, true/false, ISO dates and times, plain decimals."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _ordered_columns(name: str, table: Table) -> list[str]:
    """The contract's columns first, then any extra ones by name."""
    known = list(COLUMNS.get(name, {}))
    return known + sorted(set(table) - set(known))


def _file_of(name: str, out: Path, suffix: str) -> Path:
    """Path of a table's file; creates its folder."""
    source, table = name.split(".")
    path = out / source / f"{source}__{table}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_csv(tables: Tables, out: Path) -> None:
    """One CSV file per table: header, empty = null, newline `\\n`, rows sorted by key."""
    for name, table in tables.items():
        columns = _ordered_columns(name, table)
        key = key_of(name)
        keys = list(zip(*(map(_text, table[column]) for column in key)))
        order = sorted(range(row_count(table)), key=keys.__getitem__)
        texts = [[_text(value) for value in table[column]] for column in columns]
        with _file_of(name, out, "csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([column[row] for column in texts] for row in order)


def _array(values: list[Any], kind: str) -> Any:
    """NumPy array of one column's values that DuckDB reads without guessing; decimals travel as text."""
    if kind in ("timestamp", "date"):
        if values.count(values[0]) == len(values):
            return np.full(len(values), np.datetime64(values[0], "s"))
        return np.array(values, dtype="datetime64[s]")
    if kind == "bigint":
        missing = [value is None for value in values]
        if any(missing):
            filled = [0 if value is None else value for value in values]
            return np.ma.masked_array(np.array(filled, dtype="int64"), mask=missing)
        return np.array(values, dtype="int64")
    if kind == "decimal":
        values = [None if value is None else format(value, "f") for value in values]
    return np.array(values, dtype=object)


def _duckdb_type(name: str, kind: str) -> str:
    """DuckDB type of a column; exchange rates of the ECB keep eight places."""
    if name == "ecb.exchange_rate" and kind == "decimal":
        return "decimal(18, 8)"
    return _DUCKDB_TYPES[kind]


def _kind(name: str, column: str) -> str:
    """Type of a column in the contract; daily loads stamp rates too, which the contract does without."""
    return COLUMNS.get(name, {}).get(column, "timestamp" if column == "_loaded_at" else "text")


def _load(connection: duckdb.DuckDBPyConnection, name: str, table: Table, target: str) -> None:
    """Create `target` in DuckDB from a table, typed by the contract; extra columns are text, load times apart."""
    kinds = {column: _kind(name, column) for column in _ordered_columns(name, table)}
    typed = {column: _duckdb_type(name, kind) for column, kind in kinds.items()}
    definition = ", ".join(f'"{column}" {kind}' for column, kind in typed.items())
    connection.execute(f"create table {target} ({definition})")
    casts = ", ".join(f'cast("{column}" as {kind})' for column, kind in typed.items())
    for first in range(0, row_count(table), _BATCH):
        batch = {
            column: _array(table[column][first : first + _BATCH], kind) for column, kind in kinds.items()
        }
        connection.register("batch", batch)
        connection.execute(f"insert into {target} select {casts} from batch")
        connection.unregister("batch")


def _sorted_by_key(name: str) -> str:
    """`order by` list of a table's key."""
    return ", ".join(f'"{column}"' for column in key_of(name))


def _write_parquet(tables: Tables, out: Path) -> None:
    """One parquet file per table."""
    with duckdb.connect() as connection:
        for name, table in tables.items():
            _load(connection, name, table, "landed")
            path = str(_file_of(name, out, "parquet")).replace("'", "''")
            connection.execute(
                f"copy (select * from landed order by {_sorted_by_key(name)}) to '{path}' (format parquet)"
            )
            connection.execute("drop table landed")


def _write_duckdb(tables: Tables, out: Path) -> None:
    """One DuckDB file with a schema per source; replaces an existing file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        path = str(out).replace("'", "''")
        connection.execute(f"attach '{path}' as company (storage_version 'v1.4.0')")
        for name, table in tables.items():
            source, short = name.split(".")
            connection.execute(f'create schema if not exists company."{source}"')
            _load(connection, name, table, "landed")
            connection.execute(
                f'create table company."{source}"."{short}" as '
                f"select * from landed order by {_sorted_by_key(name)}"
            )
            connection.execute("drop table landed")
