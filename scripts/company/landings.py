"""Turns a finished company into what a connector that loads every morning would have landed, version by version.

A row is loaded at 06:00 UTC of the day after it came to be, and again, as a further row of the same key, on the
morning after each day on which it changed. The last version of a row is the row of the finished company. Nothing is
loaded twice unchanged. A source that stops loses nothing: what it missed comes with its first load after the stop,
in the state of that day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from . import clock
from .landing_rules import BIRTHS, CONSEQUENCES, GENERAL_BIRTHS, HISTORIES, OWN, TALLIES, Later, Lookup, Of, Tally
from .tables import Table, Tables, key_of, row_count

LOAD_HOUR = dt.time(6)
LOG = "load_log.load"
_STAMPS = ("_fivetran_synced", "_loaded_at")
# Rates land without a stamp where nobody asks when.
_STAMPED_HERE = {"ecb.exchange_rate": "_loaded_at"}
_DAY = dt.timedelta(days=1)
_RUN_TIME = dt.timedelta(minutes=10)

Row = dict[str, Any]
Event = tuple[dt.datetime, Any]
"""A load, and what a column shows from it on or what is added to it."""


class Stop(NamedTuple):
    """A source whose loads of the mornings `first` .. `until` (excluded) did not happen."""

    source: str
    first: dt.date
    until: dt.date


def parse_stop(text: str) -> Stop:
    """Read `source:YYYY-MM-DD:YYYY-MM-DD`; raises ValueError with one line for anything else."""
    parts = text.split(":")
    if len(parts) != 3 or not parts[0]:
        raise ValueError(f"a stop is source:first day:day of the next load, got {text!r}")
    first, until = (dt.date.fromisoformat(part) for part in parts[1:])
    if until <= first:
        raise ValueError(f"a stop must end after it begins, got {text!r}")
    return Stop(parts[0], first, until)


def land_daily(
    tables: Tables, first_day: dt.date, last_day: dt.date, stops: Sequence[Stop] = (), is_logged: bool = False
) -> Tables:
    """The same tables as daily loads, the last one on the morning after `last_day`; with a load log if wanted.

    Raises ValueError for a stop of a source that the company does not have.
    """
    sources = {name.split(".")[0] for name in tables}
    for stop in stops:
        if stop.source not in sources:
            raise ValueError(f"no source {stop.source} to stop; one of {', '.join(sorted(sources))}")
    finder = _Finder(tables)
    landed = {
        name: _Landing(name, tables, finder, _Schedule(name, first_day, last_day, stops)).versions()
        for name in tables
    }
    return {**landed, LOG: load_log(landed, last_day, stops)} if is_logged else landed


def load_log(landed: Tables, last_day: dt.date, stops: Sequence[Stop] = ()) -> Table:
    """What the connectors of daily loads say of their runs, as text: one per source and morning from its first rows on.

    A source that stopped says nothing. With it a quiet table is told from a dead connector.
    """
    counts: dict[str, dict[dt.datetime, int]] = defaultdict(lambda: defaultdict(int))
    for name, table in landed.items():
        stamp = next((column for column in _STAMPS if column in table), None)
        for load in table[stamp] if stamp else ():
            counts[name.split(".")[0]][load] += 1
    runs = []
    for source, loads in sorted(counts.items()):
        out = [stop for stop in stops if stop.source == source]
        morning = min(loads).date()
        while morning <= last_day + _DAY:
            if not any(stop.first <= morning < stop.until for stop in out):
                finished = dt.datetime.combine(morning, LOAD_HOUR)
                started = finished - _RUN_TIME
                runs.append((f"{source}-{morning}", source, started, finished, "success", loads.get(finished, 0)))
            morning += _DAY
    names = ("load_id", "loaded_source_name", "started_at", "finished_at", "status", "row_count")
    table: Table = {name: [str(run[position]) for run in runs] for position, name in enumerate(names)}
    return {**table, "_loaded_at": [run[3] for run in runs]}


class _Schedule:
    """The mornings on which a table's source was loaded."""

    def __init__(self, table: str, first_day: dt.date, last_day: dt.date, stops: Sequence[Stop]) -> None:
        self.first_day, self.last_day = first_day, last_day
        self._stops = sorted(stop for stop in stops if stop.source == table.split(".")[0])

    def load_of(self, moment: dt.datetime | dt.date) -> dt.datetime | None:
        """The load that brings what happened at a moment; None when the source did not load again."""
        day = moment.date() if isinstance(moment, dt.datetime) else moment
        morning = min(day, self.last_day) + _DAY
        for stop in self._stops:
            if stop.first <= morning < stop.until:
                morning = stop.until
        return dt.datetime.combine(morning, LOAD_HOUR) if morning <= self.last_day + _DAY else None

    def has_happened(self, moment: dt.datetime | dt.date) -> bool:
        """Whether a moment lies in the company's time: a card may still expire after it."""
        return (moment.date() if isinstance(moment, dt.datetime) else moment) <= self.last_day


class _Finder:
    """Rows of other tables by the value of a column, found once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._found: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    def rows(self, table: str, column: str, value: Any) -> list[Row]:
        """All rows of a table whose column has a value; none for null or for a table that is not there."""
        if value is None or column not in self._tables.get(table, {}):
            return []
        if (table, column) not in self._found:
            index: dict[Any, list[Row]] = defaultdict(list)
            for row in _rows(self._tables[table]):
                index[row[column]].append(row)
            self._found[table, column] = index
        return self._found[table, column].get(value, [])

    def moment(self, row: Row, moment: Any) -> dt.datetime | dt.date | None:
        """When something of a row happened, the earliest time where another table has several."""
        if isinstance(moment, Lookup):
            rows = self.rows(moment.table, moment.key, row.get(moment.reference))
            times = [self.moment(other, moment.moment) for other in rows]
            return min((time for time in times if time is not None), default=None)
        if isinstance(moment, Later):
            time = self.moment(row, moment.moment)
            return None if time is None else time + moment.wait
        return row.get(moment)


def _rows(table: Table) -> Iterator[Row]:
    """The rows of a table as dictionaries."""
    names = list(table)
    return (dict(zip(names, values)) for values in zip(*table.values()))


class _Landing:
    """One table on its way: every row in the versions that were loaded."""

    def __init__(self, name: str, tables: Tables, finder: _Finder, schedule: _Schedule) -> None:
        self.name, self.table, self.finder, self.schedule = name, tables[name], finder, schedule
        self.births = BIRTHS.get(name, GENERAL_BIRTHS)
        self.histories = HISTORIES.get(name, {})
        self.tallies = TALLIES.get(name, ())
        self.consequences = CONSEQUENCES.get(name, {})
        found = next((column for column in _STAMPS if column in self.table), None)
        self.stamp = found or _STAMPED_HERE.get(name)

    def versions(self) -> Table:
        """The table as it landed; a table that carries no stamp is as it was."""
        if self.stamp is None:
            return self.table
        landed: Table = {column: [] for column in self.table}
        landed.setdefault(self.stamp, [])
        for row in _rows(self.table):
            for version in self._versions_of(row):
                for column, values in landed.items():
                    values.append(version[column])
        return landed

    def _versions_of(self, row: Row) -> Iterator[Row]:
        """A row as each of its loads showed it, the last as it is; none when it was never loaded."""
        born = self._birth(row)
        histories = {column: self._steps(row, born, steps) for column, steps in self.histories.items()}
        for column, events in self._series(row, born).items():
            histories[column] = events
        tallies = [(tally.column, self._additions(row, born, tally)) for tally in self.tallies]
        loads = {self.schedule.load_of(born)}
        for events in [*histories.values(), *(events for _, events in tallies)]:
            loads.update(load for load, _ in events)
        known = sorted(load for load in loads if load is not None)
        shown: Row | None = None
        for load in known:
            version = dict(row)
            if load != known[-1] or None in loads:
                for column, events in histories.items():
                    version[column] = [value for since, value in events if since is not None and since <= load][-1]
                for column, events in tallies:
                    version[column] -= sum(added for since, added in events if since is None or since > load)
                for column, consequence in self.consequences.items():
                    version[column] = consequence(version, row)
            version[self.stamp] = load
            if shown is None or {**shown, self.stamp: load} != version:
                yield version
            shown = version

    def _birth(self, row: Row) -> dt.datetime | dt.date:
        """When a row came to be; a row that says nothing was there from the first day."""
        moments = (self.finder.moment(row, moment) for moment in self.births)
        return next((moment for moment in moments if moment is not None), self.schedule.first_day)

    def _load(self, born: dt.datetime | dt.date, moment: dt.datetime | dt.date) -> dt.datetime | None:
        """The load of a change, never before the row's own."""
        first, load = self.schedule.load_of(born), self.schedule.load_of(moment)
        return load if first is None or load is None else max(first, load)

    def _steps(self, row: Row, born: dt.datetime | dt.date, steps: tuple[Any, ...]) -> list[Event]:
        """(load, value from then on) of a column, in the order of time."""
        first, *changes = steps
        moments = [(born, first)]
        for moment, value in changes:
            time = self.finder.moment(row, moment)
            if time is not None and self.schedule.has_happened(time):
                moments.append((time, value))
        # A step that is named later in the rule counts where two fall on one day.
        events = [(self._load(born, time), self._value(row, steps, value)) for time, value in moments]
        return sorted(events, key=_by_load)

    def _value(self, row: Row, steps: tuple[Any, ...], value: Any) -> Any:
        """A value of a rule; OWN is what the row holds in the column the steps belong to."""
        if value is OWN:
            return row[next(column for column, own in self.histories.items() if own is steps)]
        if isinstance(value, Of):
            return row[value.column]
        return value(row) if callable(value) else value

    def _additions(self, row: Row, born: dt.datetime | dt.date, tally: Tally) -> list[Event]:
        """(load, amount) of what other rows add to a column."""
        (key,) = key_of(self.name)
        events = []
        for other in self.finder.rows(tally.table, tally.reference, row[key]):
            time = self.finder.moment(other, tally.moment)
            is_meant = all(other[column] == value for column, value in tally.only.items())
            if is_meant and time is not None and self.schedule.has_happened(time):
                events.append((self._load(born, time), tally.sign * other[tally.amount]))
        return events

    def _series(self, row: Row, born: dt.datetime | dt.date) -> dict[str, list[Event]]:
        """Columns that move on with every period or change of plan: those of a subscription's item."""
        if self.name != "stripe.subscription_item":
            return {}
        events: dict[str, list[Event]] = {column: [] for column in ("plan_id", "quantity")}
        lines = self.finder.rows("stripe.invoice_line_item", "subscription_item_id", row["id"])
        for line in sorted(lines, key=lambda line: (line["period_start"], line["unique_id"])):
            if line["amount"] >= 0 and line["price_id"] is not None:
                # A metered line bills the period before it, and its price has no quantity of its own.
                load = self._load(born, line["period_start"])
                events["plan_id"].append((load, line["price_id"]))
                events["quantity"].append((load, None if row["quantity"] is None else line["quantity"]))
        for column in events:
            events[column].insert(0, (self.schedule.load_of(born), _first(events[column], row[column])))
        starts = list(_period_starts(row))
        events["current_period_start"] = [(self._load(born, start), start) for start, _ in starts]
        events["current_period_end"] = [(self._load(born, start), end) for start, end in starts]
        return {column: sorted(steps, key=_by_load) for column, steps in events.items()}


def _by_load(event: Event) -> tuple[bool, dt.datetime]:
    """Order of events: those that were never loaded last."""
    return event[0] is None, event[0] or dt.datetime.min


def _first(events: list[Event], otherwise: Any) -> Any:
    """The first value of a column."""
    return events[0][1] if events else otherwise


def _period_starts(item: Row) -> list[tuple[dt.datetime, dt.datetime]]:
    """Start and end of every period of an item from its first to its current one, anchored on its creation."""
    start, end, anchor = item["current_period_start"], item["current_period_end"], item["created"]
    if start is None or end is None or anchor is None or start <= anchor:
        return [(start, end)] if start else []
    step = 12 if (end - start).days > 180 else 1
    periods: list[tuple[dt.datetime, dt.datetime]] = []
    ordinal = 0
    while not periods or periods[-1][0] < start:
        begins, ends = (
            dt.datetime.combine(clock.add_months_to_date(anchor.date(), (ordinal + offset) * step), anchor.time())
            for offset in (0, 1)
        )
        periods.append((begins, ends))
        ordinal += 1
    return periods
