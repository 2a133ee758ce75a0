"""Tables of the pack, and how their cells are written as CSV so that no spreadsheet runs them.

CSV is RFC 4180 in UTF-8 with lines that end in a newline alone. An empty cell is a null, `""` is the
empty text. Numbers, dates and booleans are written as they are; a text that a spreadsheet could take
for a formula, or that starts with an apostrophe, gets an apostrophe in front. So whoever reads a text
column takes one leading apostrophe away, if there is one, and has the text of the database.
"""

from __future__ import annotations

import csv
import datetime
import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Callable, NamedTuple, Sequence

import duckdb

# What starts a formula in one spreadsheet or another, the wide forms of East Asian keyboards included.
STARTS_A_FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
MARK = "'"


class NotUsable(Exception):
    """Input from which no pack can be made; the message is one line."""


class Column(NamedTuple):
    """A column of a table; `kind` is text, integer, decimal, date, timestamp or boolean."""

    name: str
    kind: str


@dataclass
class Table:
    """Rows for one CSV file and, where it has a sheet, one sheet; `path` is from the pack's folder."""

    path: str
    title: str
    columns: list[Column]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    sheet: str = ""

    def values(self, name: str) -> list[Any]:
        """All values of a column."""
        at = [column.name for column in self.columns].index(name)
        return [row[at] for row in self.rows]

    def has(self, name: str) -> bool:
        """True if there is a column of this name."""
        return any(column.name == name for column in self.columns)


def kind_of(type_name: str) -> str:
    """The kind of a DuckDB type, 'text' for whatever is no number, date or boolean."""
    name = type_name.upper()
    if name.startswith("DECIMAL"):
        return "decimal"
    if "INT" in name and "INTERVAL" not in name:
        return "integer"
    if name.startswith("TIMESTAMP"):
        return "timestamp"
    return {"DATE": "date", "BOOLEAN": "boolean"}.get(name, "text")


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def read(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()
) -> tuple[list[Column], list[tuple[Any, ...]]]:
    """(columns, rows) of a query; kinds other than the six come as text."""
    described = connection.execute("describe " + sql, list(parameters)).fetchall()
    columns = [Column(name, kind_of(kind)) for name, kind, *_ in described]
    rows = connection.execute(sql, list(parameters)).fetchall()
    return columns, rows


def ordered(relation: str, columns: Sequence[str], where: str = "true") -> str:
    """A query for the rows of a relation in the one order that the values themselves give."""
    order = ", ".join(f"{at} nulls first" for at in range(1, len(columns) + 1))
    return f"select {', '.join(map(quoted, columns))} from {relation} where {where} order by {order}"


def is_formula(text: str) -> bool:
    """True if a spreadsheet could take the text for a formula, blanks in front or not."""
    return text[:1] in STARTS_A_FORMULA or text.lstrip(" \u00a0")[:1] in STARTS_A_FORMULA if text else False


def marked(text: str) -> str:
    """A text as a CSV cell holds it; `unmarked` gives it back."""
    return MARK + text if text.startswith(MARK) or is_formula(text) else text


def unmarked(cell: str) -> str:
    """The text behind a CSV cell of a text column."""
    return cell[1:] if cell.startswith(MARK) else cell


def plain(value: Any, kind: str) -> str:
    """A value other than null as text: exact decimals, ISO dates, points in time in UTC without a zone."""
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "decimal" and isinstance(value, Decimal):
        return format(value, "f")
    if kind == "timestamp" and isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return value.isoformat(sep=" ")
    if kind == "date" and isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def cell(value: Any, kind: str) -> str:
    """A value as it stands between the commas of a CSV file."""
    if value is None:
        return ""
    text = plain(value, kind)
    if kind == "text":
        text = marked(text)
    if text == "" or any(character in text for character in '",\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_bytes(table: Table) -> bytes:
    """The whole CSV file of a table."""
    kinds = [column.kind for column in table.columns]
    lines = [",".join(cell(column.name, "text") for column in table.columns)]
    lines += [",".join(map(cell, row, kinds)) for row in table.rows]
    return ("\n".join(lines) + "\n").encode("utf-8")


def csv_rows(content: bytes) -> list[list[str]]:
    """Rows of a CSV file, header first; cells as they stand, so formulas are still marked."""
    return list(csv.reader(io.StringIO(content.decode("utf-8", errors="replace"), newline="")))


def with_texts(table: Table, change: Callable[[str], Callable[[str], str] | None]) -> Table:
    """The table with its texts changed: `change` gives the function for a column, None to leave it alone."""
    changes = [
        (at, function)
        for at, column in enumerate(table.columns)
        if column.kind == "text" and (function := change(column.name)) is not None
    ]
    rows = []
    for row in table.rows:
        cells = list(row)
        for at, function in changes:
            if cells[at] is not None:
                cells[at] = function(str(cells[at]))
        rows.append(tuple(cells))
    return Table(table.path, table.title, table.columns, rows, table.sheet)
