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


def cut_off(site: Site, rate: float, cause: str) -> None:
    def fault(document: Document) -> bool:
        next_month = (document.day.replace(day=1) + timedelta(days=32)).replace(day=1)
        earliest = max(next_month, document.day + timedelta(days=QUIET_DAYS + 1))
        latest = min((next_month + timedelta(days=31)).replace(day=1), site.last_day)
        latest = min(latest - timedelta(days=1), document.day + timedelta(days=28))
        if latest < earliest:
            return False
        shift = site.random.randint(0, (latest - earliest).days)
        site.ledger.move(document.journal, earliest + timedelta(days=shift))
        return site.label_journal(document.journal, cause, document.key)

    site.plant(sorted(site.single(*SINGLE_EVENTS)), rate, root_of, fault)
