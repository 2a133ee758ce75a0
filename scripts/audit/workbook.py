"""The pack as one XLSX workbook whose bytes depend on nothing but the tables.

Every text is a text cell, so no spreadsheet runs it, and nothing is marked. Numbers of up to 15 digits are
numbers; a spreadsheet keeps no more than that, so longer ones are texts. The parts of the file are stored
without compression, because compressed bytes depend on the library of the machine.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from decimal import Decimal
from typing import Any, Sequence

import xlsxwriter

from audit.tables import Column, Table, plain

DIGITS = 15
LONGEST_TEXT = 32_767
MOST_ROWS = 1_048_576
FIRST_DATE = datetime.date(1900, 3, 1)
ROWS_MEASURED = 500
CONTENTS = "contents"


def sheet_names(tables: Sequence[Table]) -> dict[str, str]:
    """{path: sheet}: the table's name without its prefix, at most 31 characters, each once."""
    names: dict[str, str] = {}
    taken = {"summary", CONTENTS}
    for table in tables:
        name = table.sheet.removeprefix("rpt_").removeprefix("fct_")[:31]
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{name[: 31 - len(str(number)) - 1]}_{number}"
        taken.add(name.lower())
        names[table.path] = name
    return names


def is_short(value: Any) -> bool:
    """True if a number has no more digits than a spreadsheet keeps."""
    if isinstance(value, int):
        return abs(value) < 10**DIGITS
    digits = value.normalize().as_tuple()
    return len(digits.digits) + max(digits.exponent, 0) <= DIGITS


class Book:
    """A workbook being written; it says it was made at the end of the period."""

    def __init__(self, end: datetime.date, title: str):
        self.content = io.BytesIO()
        options = {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        }  # fmt: skip
        self.book = xlsxwriter.Workbook(self.content, options)
        self.book.set_properties({"title": title, "created": datetime.datetime.combine(end, datetime.time())})
        add = self.book.add_format
        top = {"valign": "top"}
        self.formats = {
            "header": add(
                {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EDF2"}
            ),
            "text": add({**top}),
            "wrapped": add({**top, "text_wrap": True}),
            "bold": add({**top, "bold": True, "text_wrap": True}),
            "title": add({"bold": True, "font_size": 16}),
            "integer": add({**top, "num_format": "#,##0"}),
            "decimal": add({**top, "num_format": "#,##0.00##;[Red]-#,##0.00##"}),
            "date": add({**top, "num_format": "yyyy-mm-dd"}),
            "timestamp": add({**top, "num_format": "yyyy-mm-dd hh:mm:ss"}),
            "boolean": add({**top}),
            "good": add({**top, "bold": True, "font_color": "#1E6B34"}),
            "bad": add({**top, "bold": True, "font_color": "#B00020"}),
        }
        self.formats["link"] = add({**top, "font_color": "#1F4E9E", "underline": 1})

    def sheet(
        self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]], note: str = ""
    ) -> None:
        """A sheet with its header frozen, filtered and repeated in print; `note` is said where rows are cut off."""
        page = self.book.add_worksheet(name)
        shown = rows[: MOST_ROWS - 2]
        for at, column in enumerate(columns):
            page.write_string(0, at, column.name, self.formats["header"])
            width = max(
                [len(column.name), *(len(self._shown(row[at], column.kind)) for row in rows[:ROWS_MEASURED])]
            )
            page.set_column(at, at, min(max(width + 2, 8), 60))
        for number, row in enumerate(shown, start=1):
            for at, (value, column) in enumerate(zip(row, columns)):
                self._write(page, number, at, value, column.kind)
        if len(shown) < len(rows):
            page.write_string(len(shown) + 1, 0, note, self.formats["bold"])
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(shown), 1), max(len(columns) - 1, 0))
        self._print(page, name)
        page.repeat_rows(0)

    def _print(self, page: Any, name: str) -> None:
        """A4 across, one page wide, with the sheet and the page number below."""
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer(f"&L{name}&RPage &P of &N")

    def _shown(self, value: Any, kind: str) -> str:
        """About what a cell looks like, to measure its width."""
        if value is None:
            return ""
        return f"{value:,.2f}" if kind == "decimal" else plain(value, kind)

    def _write(self, page: Any, row: int, at: int, value: Any, kind: str) -> None:
        """One cell, a number only where it stays exact."""
        style = self.formats[kind]
        if value is None:
            page.write_blank(row, at, None, style)
        elif kind == "boolean":
            page.write_boolean(row, at, value, style)
        elif kind in ("integer", "decimal") and isinstance(value, (int, Decimal)) and is_short(value):
            page.write_number(row, at, value, style)
        elif kind == "timestamp" and value.date() >= FIRST_DATE and not value.microsecond:
            page.write_datetime(row, at, value.replace(tzinfo=None), style)
        elif kind == "date" and value >= FIRST_DATE:
            page.write_datetime(row, at, datetime.datetime.combine(value, datetime.time()), style)
        else:
            text = plain(value, kind)
            if len(text) > LONGEST_TEXT:
                text = text[: LONGEST_TEXT - 40] + " ... (cut here, whole in the CSV)"
            page.write_string(row, at, text, self.formats["text"])

    def summary(self, title: str, facts: Sequence[tuple[str, str]], verdict: str, ties: bool,
                checks: Sequence[tuple[str, str, str]]) -> None:  # fmt: skip
        """The first sheet: whose pack it is, whether the period ties, and each check in words."""
        page = self.book.add_worksheet("summary")
        page.hide_gridlines(2)
        page.set_column(0, 0, 34)
        page.set_column(1, 1, 16)
        page.set_column(2, 2, 100)
        page.write_string(0, 0, title, self.formats["title"])
        page.write_string(2, 0, verdict, self.formats["good" if ties else "bad"])
        row = 4
        for name, value in facts:
            page.write_string(row, 0, name, self.formats["text"])
            page.write_string(row, 1, value, self.formats["text"])
            row += 1
        row += 1
        for at, name in enumerate(("check", "finding", "in words")):
            page.write_string(row, at, name, self.formats["header"])
        for name, finding, words in checks:
            row += 1
            style = {"ties": "good", "does not tie": "bad"}.get(finding, "text")
            page.write_string(row, 0, name, self.formats["wrapped"])
            page.write_string(row, 1, finding, self.formats[style])
            page.write_string(row, 2, words, self.formats["wrapped"])
        self._print(page, "summary")
        page.activate()

    def contents(self, tables: Sequence[Table], names: dict[str, str]) -> None:
        """The second sheet: every other sheet, what it shows, its CSV file and its rows."""
        page = self.book.add_worksheet(CONTENTS)
        for at, (name, width) in enumerate(
            (("sheet", 34), ("what it shows", 76), ("file", 60), ("rows", 10))
        ):
            page.write_string(0, at, name, self.formats["header"])
            page.set_column(at, at, width)
        for row, table in enumerate(tables, start=1):
            sheet = names[table.path]
            page.write_url(row, 0, f"internal:'{sheet}'!A1", self.formats["link"], sheet)
            page.write_string(row, 1, table.title, self.formats["wrapped"])
            page.write_string(row, 2, table.path, self.formats["text"])
            page.write_number(row, 3, len(table.rows), self.formats["integer"])
        page.freeze_panes(1, 0)
        self._print(page, CONTENTS)

    def bytes(self) -> bytes:
        """The finished file."""
        self.book.close()
        return stored(self.content.getvalue())


def stored(archive: bytes) -> bytes:
    """A zip file's parts in the same order, uncompressed, with one date and as from one system."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target,
    ):
        for part in source.infolist():
            entry = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(part))
    return out.getvalue()
