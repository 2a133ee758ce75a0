"""Deposits that are missing, unreadable, unexplained or still on their way."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta

from ..fault_ledger import without
from ..ledger_xero import decimal_amount
from .site import PAYOUT_EVENTS, Site


def bank_lines_by_payout(site: Site) -> dict[str, int]:
    """Return {payout: its bank line} for payouts that one line quotes and no other resembles."""
    bank, payout = site.edit("bank_statement.statement_line"), site.tables["stripe.payout"]
    arrived = {
        key for key, day in zip(payout["id"], payout["arrival_date"])
        if day is not None and day.date() <= site.limit
    }  # fmt: skip
    found: dict[str, list[int]] = defaultdict(list)
    unquoted = defaultdict(list)
    for row, (reference, text) in enumerate(zip(bank["reference"], bank["description"])):
        words = f"{reference or ''} {text or ''}".split()
        key = next((word for word in words if word.startswith("po_")), None)
        if key is not None:
            found[key].append(row)
        else:
            unquoted[bank["currency"][row], bank["amount"][row]].append(bank["posted_date"][row])
    return {
        key: rows[0]
        for key, rows in found.items()
        if len(rows) == 1 and key in arrived and bank["amount"][rows[0]] > 0
        and not unquoted.get((bank["currency"][rows[0]], bank["amount"][rows[0]]))
    }  # fmt: skip


def lose_deposit(site: Site, rate: float, cause: str) -> None:
    lines, gone = bank_lines_by_payout(site), set()
    bank = site.edit("bank_statement.statement_line")

    def fault(key: str) -> bool:
        gone.add(lines[key])
        amount, currency = bank["amount"][lines[key]], bank["currency"][lines[key]]
        return site.label("stripe.payout", key, cause, amount, currency, key)

    site.plant(sorted(lines), rate, str, fault)
    site.changed["bank_statement.statement_line"] = without(bank, gone)


def overwrite_currency(site: Site, rate: float, cause: str) -> None:
    lines = bank_lines_by_payout(site)
    bank = site.edit("bank_statement.statement_line")

    def fault(key: str) -> bool:
        row = lines[key]
        bank["currency"][row] = "QQQ"
        line_id = bank["statement_line_id"][row]
        table = "bank_statement.statement_line"
        return site.label(table, line_id, cause, bank["amount"][row], "QQQ", key)

    site.plant(sorted(lines), rate, str, fault)


def unexplained_deposit(site: Site, rate: float, cause: str) -> None:
    bank = site.edit("bank_statement.statement_line")
    taken = {(currency, abs(amount)) for currency, amount in zip(bank["currency"], bank["amount"])}
    known, last = set(bank["statement_line_id"]), len(bank["statement_line_id"])
    if not known:
        return
    first_day = min(bank["posted_date"])
    stem = max(known).rstrip("0123456789")

    def fault(number: int) -> bool:
        amount = decimal_amount(site.random.randint(10_000, 250_000))
        line_id = f"{stem}{last + number:07d}"
        if (site.currency, amount) in taken or line_id in known:
            return False
        day = site.day_between(first_day)
        values = {
            "statement_line_id": line_id, "bank_account": f"{site.currency.lower()}-receipts",
            "posted_date": day, "value_date": day, "amount": amount, "currency": site.currency,
            "description": "INCOMING WIRE", "reference": None,
            "_loaded_at": datetime.combine(day + timedelta(days=1), time(6)),
        }  # fmt: skip
        for name, column in bank.items():
            column.append(values.get(name))
        table = "bank_statement.statement_line"
        return site.label(table, line_id, cause, amount, site.currency, "")

    site.plant(list(range(1, last + 3)), rate, lambda number: f"deposit {number}", fault)


def payout_in_transit(site: Site, rate: float, cause: str) -> None:
    """Leave a payout on its way: the processor, the books and the bank do not see it arrive."""
    lines, gone = bank_lines_by_payout(site), set()
    bank, payout = site.edit("bank_statement.statement_line"), site.edit("stripe.payout")

    def fault(key: str) -> bool:
        journal = site.journal_of.get(("payout_arrived", key))
        if journal is None or site.events_of[key] != PAYOUT_EVENTS:
            return False
        gone.add(lines[key])
        payout["status"][site.row_of("stripe.payout", key)] = "in_transit"
        site.ledger.drop(journal)
        amount, currency = bank["amount"][lines[key]], bank["currency"][lines[key]]
        return site.label("stripe.payout", key, cause, amount, currency, key)

    site.plant(sorted(lines), rate, str, fault)
    site.changed["bank_statement.statement_line"] = without(bank, gone)
