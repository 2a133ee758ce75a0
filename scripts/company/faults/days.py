"""Faults of time and number: in another month, in a closed one, twice, or taken back."""

from __future__ import annotations

from datetime import timedelta

from ..fault_ledger import Document
from .site import QUIET_DAYS, SINGLE_EVENTS, Site, root_of


def duplicate(site: Site, rate: float, cause: str) -> None:
    def fault(document: Document) -> bool:
        day = document.day + timedelta(days=site.random.randint(0, 1))
        if day.month != document.day.month:
            day = document.day
        copy = site.ledger.add_copy(document.journal, day)
        return site.label_journal(copy, cause, document.key)

    site.plant(sorted(site.single(*SINGLE_EVENTS)), rate, root_of, fault)


def reversed_in_ledger(site: Site, rate: float, cause: str) -> None:
    """Take a document back some days later and never post it again."""

    def fault(document: Document) -> bool:
        day = document.day + timedelta(days=site.random.randint(2, 6))
        if day.month != document.day.month or day > site.last_day:
            return False
        copy = site.ledger.add_copy(document.journal, day, factor=-1)
        return site.label_journal(copy, cause, document.key)

    site.plant(sorted(site.single(*SINGLE_EVENTS)), rate, root_of, fault)


def cut_off(site: Site, rate: float, cause: str) -> None:
    """Post a document in the month after its own, while its own is still open."""
    _post_late(site, rate, cause, 28, closed=False)


def closed_period_correction(site: Site, rate: float, cause: str) -> None:
    """Post a document in the month after its own, because its own has been closed."""
    if site.closes:
        _post_late(site, rate, cause, 60, closed=True)


def _post_late(site: Site, rate: float, cause: str, most_days: int, closed: bool) -> None:
    """Move journals into the next month; `closed` is the state of their own month by then."""
    created = site.ledger.journal["created_date_utc"]

    def fault(document: Document) -> bool:
        first = (document.day.replace(day=1) + timedelta(days=32)).replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        shifts = [timedelta(days=days) for days in range(QUIET_DAYS + 1, most_days + 1)]
        days = [
            document.day + shift
            for shift in shifts
            if first <= document.day + shift < min(after, site.last_day)
            and site.was_closed(document.day, created[document.journal] + shift) == closed
            and not site.was_closed(document.day + shift, created[document.journal] + shift)
        ]
        if not days:
            return False
        site.ledger.move(document.journal, site.random.choice(days))
        return site.label_journal(document.journal, cause, document.key)

    site.plant(sorted(site.single(*SINGLE_EVENTS)), rate, root_of, fault)
