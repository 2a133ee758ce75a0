"""What the list of changes says about a day is the difference of two builds, one as of each day.

Three builds of the demo, each as it could have been made on the evening of its day: the as-of date is
that day and the ledger holds what had been posted by then. The other systems of the demo record what
happens on the day it happens or before, so nothing else of a later day takes part (items dated after
the as-of date are pending). So facts recorded later than they happened are compared as well. Left out is
only what a landed row no longer shows: what billing has overwritten since (an invoice open then and
paid now) is as it is today in all three builds.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import DbtRun, copy_project, run_dbt

pytestmark = pytest.mark.dbt

# On the second day exceptions appear, find their counterpart, turn out to differ and grow old.
DAYS = [date(2024, 11, 5), date(2024, 11, 6), date(2024, 11, 7)]
LEDGER = Path("seeds") / "demo" / "xero"
MARTS = ["rpt_exception_changes", "fct_exceptions", "fct_matches", "rpt_drift_daily"]
CONTROLS = ["assert_exception_changes_bridge_yesterday_to_today", "assert_replayed_items_agree_with_the_drift"]


@dataclass(frozen=True)
class OpenException:
    """One row of fct_exceptions: the items it is about and how it stands, amounts as text."""

    items: frozenset[str]
    status: str
    amount: str
    bucket: str


@dataclass(frozen=True)
class Evening:
    """What one build says: its open exceptions and the rows of its list of changes."""

    exceptions: list[OpenException]
    changes: list[tuple[str, str, str | None, str | None, str | None, str | None, str, str]]
    controls: dict[str, str]


def rows_of(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
        return list(reader.fieldnames or []), rows


def write(path: Path, header: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def forget_what_was_posted_after(project: Path, day: date) -> int:
    """Remove journals created after the day (UTC) from the copy's ledger; return how many went."""
    header, journals = rows_of(project / LEDGER / "xero__journal.csv")
    kept = [row for row in journals if row["created_date_utc"][:10] <= day.isoformat()]
    known = {row["journal_id"] for row in kept}
    write(project / LEDGER / "xero__journal.csv", header, kept)
    header, lines = rows_of(project / LEDGER / "xero__journal_line.csv")
    write(project / LEDGER / "xero__journal_line.csv", header, [row for row in lines if row["journal_id"] in known])
    return len(journals) - len(kept)


def evening(run: DbtRun) -> Evening:
    """Read the marts of one build."""
    open_items = run.query(
        """
        select
            exceptions.exception_id, coalesce(matches.item_id, exceptions.item_id),
            exceptions.status, cast(exceptions.open_amount as varchar), exceptions.age_bucket
        from fct_exceptions as exceptions
        left join fct_matches as matches on exceptions.match_id = matches.match_id
        """
    )
    items: dict[str, set[str]] = {}
    for exception_id, item_id, *_ in open_items:
        items.setdefault(exception_id, set()).add(item_id)
    stands = {row[0]: row[2:] for row in open_items}
    changes = run.query(
        """
        select
            item_id, change_kind,
            cast(open_before_amount as varchar), cast(open_after_amount as varchar),
            age_bucket_before, age_bucket_after, status_before, status_after
        from rpt_exception_changes
        """
    )
    return Evening(
        exceptions=[OpenException(frozenset(items[key]), *stands[key]) for key in items],
        changes=changes,
        controls={name: run.statuses.get(name, "missing") for name in CONTROLS},
    )


def build_evenings(built: DbtRun, folder: Path) -> dict[date, Evening]:
    """The demo as it was on each evening, the last one first: what is forgotten stays forgotten."""
    project = copy_project(folder, built=built, with_data=True, unit_tests=False)
    lies_between = [f"{source}+,+{mart}" for source in ("stg_xero__journals", "int_entities") for mart in MARTS]
    found = {}
    for day in reversed(DAYS):
        assert forget_what_was_posted_after(project, day) > 0
        run = run_dbt(
            project,
            "build",
            "--select",
            "xero__journal",
            "xero__journal_line",
            *lies_between,
            *CONTROLS,
            "--indirect-selection",
            "empty",
            "--exclude-resource-type",
            "unit_test",
            variables={"as_of_date": day.isoformat()},
        )
        assert run.success, "\n".join(run.messages[-20:])
        found[day] = evening(run)
    return found


@pytest.fixture(scope="module")
def evenings(lean_demo: DbtRun, tmp_path_factory: pytest.TempPathFactory) -> dict[date, Evening]:
    return build_evenings(lean_demo, tmp_path_factory.mktemp("evenings"))


def differences(before: list[OpenException], after: list[OpenException]) -> Counter:
    """Changes between two sets of exceptions, each with its items: (kind, items, amounts, buckets).

    An exception of today is the same as one of the day before if they share an item.
    """
    found: Counter = Counter()
    gone = set(before)
    for exception in after:
        same = [earlier for earlier in before if earlier.items & exception.items]
        assert len(same) <= 1, f"the days chosen have no exceptions that join: {exception}"
        if not same:
            found["new", exception.items, None, exception.amount, None, exception.bucket] += 1
            continue
        earlier = same[0]
        gone.discard(earlier)
        if (earlier.status, earlier.amount) != (exception.status, exception.amount):
            kind = "changed"
        elif earlier.bucket != exception.bucket:
            kind = "aged"
        else:
            continue
        amounts, buckets = (earlier.amount, exception.amount), (earlier.bucket, exception.bucket)
        found[(kind, exception.items, *amounts, *buckets)] += 1
    for earlier in gone:
        found["cleared", earlier.items, earlier.amount, None, earlier.bucket, None] += 1
    return found


@pytest.mark.parametrize("day", DAYS[1:], ids=str)
def test_the_changes_are_the_difference_of_two_builds(evenings, day):
    before, after = evenings[day - timedelta(days=1)], evenings[day]
    told: Counter = Counter()
    for item, kind, *figures, _, _ in after.changes:
        items = [
            one.items
            for one in (before.exceptions if kind == "cleared" else after.exceptions)
            if item in one.items
        ]
        assert len(items) == 1, f"{kind} {item} is no exception"
        told[(kind, items[0], *figures)] += 1
    assert told == differences(before.exceptions, after.exceptions)


@pytest.mark.parametrize("day", DAYS[1:], ids=str)
def test_statuses_before_and_after_are_those_of_the_builds(evenings, day):
    before, after = evenings[day - timedelta(days=1)], evenings[day]
    for item, kind, *_, status_before, status_after in after.changes:
        then = [one.status for one in before.exceptions if item in one.items]
        now = [one.status for one in after.exceptions if item in one.items]
        assert then == ([] if kind == "new" else [status_before])
        assert now == ([] if kind == "cleared" else [status_after])


def test_all_four_kinds_of_change_are_among_them(evenings):
    kinds = Counter(change[1] for day in DAYS[1:] for change in evenings[day].changes)
    assert set(kinds) == {"new", "cleared", "changed", "aged"}, kinds


def test_both_controls_hold_on_every_evening(evenings):
    assert {state for one in evenings.values() for state in one.controls.values()} == {"pass"}
