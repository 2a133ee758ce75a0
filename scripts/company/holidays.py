"""Days on which banks are closed: weekends and the holidays that the policy lists."""

from __future__ import annotations

import csv
import datetime as dt
from functools import lru_cache
from pathlib import Path

HOLIDAYS = Path(__file__).resolve().parents[2] / "seeds" / "policy" / "holidays.csv"
CALENDARS = {"eur": "target"}
DEFAULT_CALENDAR = "us_federal"


@lru_cache(maxsize=None)
def _holidays(calendar: str) -> frozenset[dt.date]:
    """The holidays of a calendar; none without the policy's file."""
    if not HOLIDAYS.exists():
        return frozenset()
    with HOLIDAYS.open(encoding="utf-8", newline="") as file:
        return frozenset(
            dt.date.fromisoformat(row["holiday_date"])
            for row in csv.DictReader(file) if row["calendar_name"] == calendar
        )


def bank_day_after(day: dt.date, currency: str, days: int = 1) -> dt.date:
    """The day `days` banking days after a day, in the calendar of a currency."""
    closed = _holidays(CALENDARS.get(currency.lower(), DEFAULT_CALENDAR))
    while days:
        day += dt.timedelta(days=1)
        days -= day.weekday() < 5 and day not in closed
    return day
