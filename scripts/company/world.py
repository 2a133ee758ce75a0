"""State shared by the simulation of all customers: ids, growing tables, exchange rates, the time horizon."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Callable, NamedTuple
from zlib import crc32

from . import clock
from .catalog import MINOR_FACTOR, SETTLEMENT
from .rates import daily_micro_rates
from .tables import COLUMNS, Table

_SCRAMBLE = 2_654_435_761
_MASK = 0xFFFFFFFF
_RATE_LEAD_DAYS = 5
_PREFIXES = ("cus", "sub", "si", "in", "il", "di", "ch", "pi", "re", "dp", "cn", "cnli", "txn", "po", "cbtxn")


PROCESSORS = ("stripe", "paypal")


class Options(NamedTuple):
    """What to simulate; `start` is the first day of a month, `processors` some of PROCESSORS, Stripe always."""

    seed: int
    customers: int
    months: int
    start: dt.date
    processors: tuple[str, ...] = PROCESSORS

    @property
    def last_day(self) -> dt.date:
        """The last simulated day."""
        return clock.add_months_to_date(self.start, self.months) - dt.timedelta(days=1)


def round_div(numerator: int, denominator: int) -> int:
    """Quotient rounded half away from zero; `denominator` > 0."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


class World:
    """Tables under construction as lists of row tuples in the column order of the contract."""

    def __init__(self, options: Options, rates: Table) -> None:
        self.options = options
        self.begin = clock.at_midnight(options.start)
        self.end = clock.at_midnight(options.last_day) + clock.DAY
        # At noon the day before is over in every time zone west of Greenwich too.
        self.synced = self.end + 12 * clock.HOUR
        sources = {"metering", *options.processors}
        self.rows: dict[str, list[Any]] = {name: [] for name in COLUMNS if name.split(".")[0] in sources}
        self.redeemed: dict[str, int] = {}
        self.charge_count = 0
        self._tag = f"1{crc32(str(options.seed).encode()) & 0xFFFF:04x}"
        self.next_id = {prefix: self._id_maker(prefix) for prefix in _PREFIXES}
        days = (self.end - self.begin) // clock.DAY
        self._rates = daily_micro_rates(rates, options.start, days + _RATE_LEAD_DAYS)
        self._first_day = self.begin // clock.DAY

    def _id_maker(self, prefix: str) -> Callable[[], str]:
        """A function that returns the next id of a kind: unique, scrambled, the same for the same seed."""
        head, offset = f"{prefix}_{self._tag}", crc32(prefix.encode())
        number = offset

        def next_id() -> str:
            nonlocal number
            number = (number + _SCRAMBLE) & _MASK
            return f"{head}{number:08x}"

        return next_id

    def settle(self, amount: int, currency: str, second: int) -> tuple[int, str, Decimal | None]:
        """A presentment amount in settlement minor units, the settlement currency, the rate used (None: same)."""
        target = SETTLEMENT[currency]
        if target == currency:
            return amount, target, None
        micro = self._rates[currency][second // clock.DAY - self._first_day]
        scaled = round_div(amount * micro * MINOR_FACTOR[target], 1_000_000 * MINOR_FACTOR[currency])
        return scaled, target, Decimal(micro).scaleb(-6)


def to_table(name: str, rows: list[Any]) -> Table:
    """Rows in contract order as a column-oriented table; seconds become datetimes."""
    table: Table = {}
    for position, (column, kind) in enumerate(COLUMNS[name].items()):
        values = [row[position] for row in rows]
        table[column] = clock.to_datetimes(values) if kind == "timestamp" else values
    return table
