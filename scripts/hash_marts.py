"""Print one hash per mart and one over all, so that two builds can be told apart or proved the same.

A mart is a table whose name starts with fct_, rpt_ or dim_. Its hash covers the names and types of its columns and
every value of every row; the order of the rows does not count. No column is left out: marts hold nothing that
depends on when or where they were built.

Exit code: 0, or 2 when there is nothing to read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

import duckdb

MARTS = """
    select table_name
    from information_schema.tables
    where
        table_catalog = current_database()
        and table_schema = ?
        and regexp_matches(table_name, '^(fct|rpt|dim)_')
    order by table_name
"""
ROWS_AT_ONCE = 10_000


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def hash_of(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> tuple[int, str]:
    """(rows, SHA-256 in hex) of one table; values are compared as text, and null is not the empty text."""
    table = f"{quoted(schema)}.{quoted(name)}"
    columns = [(column, kind) for column, kind, *_ in connection.execute(f"describe {table}").fetchall()]
    digest = hashlib.sha256(json.dumps(columns).encode())
    values = ", ".join(f"cast({quoted(column)} as varchar)" for column, _ in columns)
    order = ", ".join(str(at) for at in range(1, len(columns) + 1))
    rows = 0
    found = connection.execute(f"select {values} from {table} order by {order}")
    while batch := found.fetchmany(ROWS_AT_ONCE):
        rows += len(batch)
        for row in batch:
            digest.update(json.dumps(row).encode() + b"\n")
    return rows, digest.hexdigest()


def hash_marts(connection: duckdb.DuckDBPyConnection, schema: str = "main") -> dict[str, tuple[int, str]]:
    """{mart: (rows, hash)} of a schema, in the order of the names."""
    # A point in time with a zone would otherwise be printed in the zone of this machine.
    connection.execute("set TimeZone = 'UTC'")
    names = [name for (name,) in connection.execute(MARTS, [schema]).fetchall()]
    return {name: hash_of(connection, schema, name) for name in names}


def hash_of_all(marts: dict[str, tuple[int, str]]) -> str:
    """One hash over the names and hashes of all marts."""
    lines = [f"{name} {digest}\n" for name, (_, digest) in sorted(marts.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Print the hashes; exit code 2 with one line when there is nothing to read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--database",
        type=Path,
        default=Path(os.environ.get("TIEOUT_DUCKDB_PATH", "target/warehouse.duckdb")),
        help="DuckDB file that dbt built (default: TIEOUT_DUCKDB_PATH or target/warehouse.duckdb)",
    )
    parser.add_argument("--schema", default="main", help="schema of the marts (default main)")
    args = parser.parse_args(arguments)
    try:
        with duckdb.connect(str(args.database), read_only=True) as connection:
            marts = hash_marts(connection, args.schema)
    except duckdb.Error as error:
        print(f"hash_marts.py: {args.database}: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    if not marts:
        print(f"hash_marts.py: {args.database}: no marts in schema {args.schema}", file=sys.stderr)
        return 2
    width = max(map(len, marts))
    for name, (rows, digest) in marts.items():
        print(f"{digest}  {name:{width}}  {rows:12,} rows")
    print(f"{hash_of_all(marts)}  all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
