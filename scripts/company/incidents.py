"""Things that go wrong one day and are noticed later: an integration that breaks, an invoice that gets lost.

An incident is planted into a company that is otherwise clean. What the ledger should hold, it either holds
late, under the day on which it was mended, or never.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import NamedTuple

from . import catalog, clock
from .billing import Account, emit_invoice, issue
from .cast import crowd_script
from .fault_ledger import FaultLedger, find_documents, without
from .tables import Tables
from .world import World

_MENDED_AT = dt.time(9)
_REFUND = "CASHPAID"
_MINUTE = dt.timedelta(minutes=1)
_FINALIZED = dt.time(10)


class BrokenRefunds(NamedTuple):
    """Refunds booked on the days from `first` until `mended` (excluded) reach the ledger on the day `mended`."""

    first: dt.date
    mended: dt.date


class LostInvoice(NamedTuple):
    """An invoice of `amount` minor units of US dollars, finalised on `day`, that the ledger never gets."""

    day: dt.date
    amount: int


class Incidents(NamedTuple):
    """What goes wrong in a company; without anything it stays as it is."""

    refunds: tuple[BrokenRefunds, ...] = ()
    invoices: tuple[LostInvoice, ...] = ()


def parse_incidents(text: str) -> Incidents:
    """Read `refunds:FIRST:MENDED` and `invoice:DAY:AMOUNT`, comma-separated, days as YYYY-MM-DD, whole dollars.

    Raises ValueError with one line for anything else.
    """
    refunds, invoices = [], []
    for part in filter(None, text.split(",")):
        kind, *rest = part.split(":")
        if kind == "refunds" and len(rest) == 2:
            broken = BrokenRefunds(*(dt.date.fromisoformat(day) for day in rest))
            if broken.mended <= broken.first:
                raise ValueError(f"an integration is mended after it breaks, got {part!r}")
            refunds.append(broken)
        elif kind == "invoice" and len(rest) == 2 and rest[1].isdecimal() and int(rest[1]):
            invoices.append(LostInvoice(dt.date.fromisoformat(rest[0]), int(rest[1]) * 100))
        else:
            raise ValueError(f"an incident is refunds:FIRST:MENDED or invoice:DAY:AMOUNT, got {part!r}")
    return Incidents(tuple(refunds), tuple(invoices))


def bill_lost_invoices(world: World, incidents: Incidents) -> None:
    """Add a customer with one open invoice for each one that will be lost; before invoices are numbered."""
    for number, lost in enumerate(incidents.invoices):
        if not clock.at_midnight(lost.day) + _FINALIZED.hour * clock.HOUR < world.end or lost.day < world.options.start:
            raise ValueError(f"the company has no day {lost.day} to invoice on")
        _bill(world, number, lost)


def _bill(world: World, number: int, lost: LostInvoice) -> None:
    """One customer of ours who buys once, pays by invoice and has not paid yet."""
    rng = Random(f"lost invoice {world.options.seed} {number}")
    second = clock.at_midnight(lost.day) + _FINALIZED.hour * clock.HOUR
    script = crowd_script(world.options, number, rng)._replace(
        currency="usd", anchor=second, coupon=None, pays_automatically=False, has_usage=False, has_support=False
    )
    account = Account(world, script, rng)
    account.subscription_id, account.country, account.tax_points = None, "US", 0
    price = catalog.price_id("Onboarding", "once", "usd")
    line = ("invoiceitem", lost.amount, 1, second, second, False, price, None, None, "Onboarding")
    invoice = issue(account, second, second, "manual", [line], (second, second))
    invoice.due_date = second + 30 * clock.DAY
    emit_invoice(account, invoice)
    index = world.options.customers * 2 + number
    world.rows["stripe.customer"].append((
        account.id, second, "usd", f"billing{index + 1}@example.com", catalog.customer_name(index, "US"), None,
        "US", 0, False, True, False, "{}", world.synced))


def strike_ledger(tables: Tables, incidents: Incidents) -> Tables:
    """The company's tables with the ledger as the incidents left it; other tables are the same objects."""
    if not any(incidents):
        return tables
    ledger = FaultLedger(tables)
    lost = _lost_ids(tables, incidents)
    ids: set[str] = set()
    caught_up = 0
    created = ledger.journal["created_date_utc"]
    for journal, kind in enumerate(ledger.journal["source_type"]):
        for broken in incidents.refunds if kind == _REFUND else ():
            if broken.first <= created[journal].date() < broken.mended:
                caught_up += 1
                created[journal] = dt.datetime.combine(broken.mended, _MENDED_AT) + caught_up * _MINUTE
    for document in find_documents(tables, ledger):
        if document.kind == "invoice_finalised" and document.key in lost:
            ids.add(ledger.journal["source_id"][document.journal])
            ledger.drop(document.journal)
    struck = {**tables, **ledger.write()}
    for name in ("xero.invoice", "xero.invoice_line_item"):
        rows = {row for row, key in enumerate(tables[name]["invoice_id"]) if key in ids}
        struck[name] = without(tables[name], rows)
    _number_journals(struck)
    return struck


def _lost_ids(tables: Tables, incidents: Incidents) -> set[str]:
    """Ids of the invoices that get lost, found by their moment and amount."""
    wanted = {
        (dt.datetime.combine(lost.day, _FINALIZED), lost.amount) for lost in incidents.invoices
    }
    invoice = tables["stripe.invoice"]
    columns = (invoice["id"], invoice["created"], invoice["total"])
    return {key for key, created, total in zip(*columns) if (created, total) in wanted}


def _number_journals(tables: Tables) -> None:
    """The ledger numbers its journals in the order in which they come in, without gaps."""
    journal = tables["xero.journal"] = dict(tables["xero.journal"])
    rows = range(len(journal["journal_id"]))
    order = sorted(rows, key=lambda row: (journal["created_date_utc"][row], journal["journal_number"][row]))
    numbers = [0] * len(order)
    for number, row in enumerate(order, start=1):
        numbers[row] = number
    journal["journal_number"] = numbers
