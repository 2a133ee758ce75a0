"""Time in whole seconds since 1970 (UTC): months with clamped anchors, business days, conversion to datetimes."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import Any

import numpy as np

DAY = 86_400
HOUR = 3_600
NEVER = -(2**63)
EPOCH = dt.date(1970, 1, 1)


def at_midnight(day: dt.date) -> int:
    """Second at which a date starts in UTC."""
    return (day - EPOCH).days * DAY


def date_of(second: int) -> dt.date:
    """UTC date of a second."""
    return dt.date.fromordinal(EPOCH.toordinal() + second // DAY)


def add_months_to_date(day: dt.date, months: int) -> dt.date:
    """The same day of the month `months` later, the month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_months(anchor: int, months: int) -> int:
    """`add_months_to_date` on a second, with the time of day kept."""
    return at_midnight(add_months_to_date(date_of(anchor), months)) + anchor % DAY


def add_business_days(second: int, days: int) -> int:
    """Midnight of the business day (Monday to Friday) `days` business days after the second's date.

    A weekend counts as the Friday before it, so 0 days after a Saturday is that Friday.
    """
    number = second // DAY
    weekday = (number + 3) % 7
    if weekday > 4:
        number -= weekday - 4
        weekday = 4
    weeks, rest = divmod(weekday + days, 5)
    return (number - weekday + weeks * 7 + rest) * DAY


def is_business_day(second: int) -> bool:
    """Whether the second's UTC date is Monday to Friday."""
    return (second // DAY + 3) % 7 < 5


def to_datetimes(seconds: list[int]) -> list[Any]:
    """Naive UTC datetimes of seconds; `NEVER` becomes None."""
    return np.array(seconds, dtype="int64").astype("datetime64[s]").tolist()
