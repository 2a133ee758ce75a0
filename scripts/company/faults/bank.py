"""Money at the bank that is missing, unreadable, unexplained or still on its way."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal

from ..fault_ledger import Document, without
from ..ledger_xero import decimal_amount
from .site import PAYOUT_EVENTS, PAYPAL, Site, root_of

STATEMENT, FEED = "bank_statement.statement_line", "plaid.transaction"


def bank_lines_by_payout(site: Site) -> dict[str, int]:
    """Return {payout: its bank line} for payouts that one line quotes and no other resembles."""
    bank, payout = site.edit(STATEMENT), site.tables["stripe.payout"]
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
    bank = site.edit(STATEMENT)

    def fault(key: str) -> bool:
        gone.add(lines[key])
        amount, currency = bank["amount"][lines[key]], bank["currency"][lines[key]]
        return site.label("stripe.payout", key, cause, amount, currency, key)

    site.plant(sorted(lines), rate, str, fault)
    site.changed[STATEMENT] = without(bank, gone)
    _lose_paypal_deposit(site, rate, cause)


def _lose_paypal_deposit(site: Site, rate: float, cause: str) -> None:
    """Take the only line that quotes a withdrawal from PayPal out of the bank's accounts."""
    if PAYPAL not in site.tables:
        return
    sent = site.tables[PAYPAL]
    last = site.limit - timedelta(days=5)
    withdrawn = {
        key for key, code, moment in zip(
            sent["transaction_id"], sent["transaction_event_code"],
            sent["transaction_initiation_date"],
        ) if code in ("T0400", "T0401") and moment.date() <= last
    }  # fmt: skip
    withdrawn.difference_update(sent["paypal_reference_id"])
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table, line_id, words, _, _ in _all_lines(site):
        for word in words & withdrawn:
            found[word].append((table, line_id))

    def fault(key: str) -> bool:
        if len(found[key]) != 1:
            return False
        row = sent["transaction_id"].index(key)
        amount = sent["transaction_amount_value"][row]
        currency = sent["transaction_amount_currency_code"][row]
        _drop_line(site, *found[key][0])
        return site.label(PAYPAL, key, cause, amount, currency, key)

    site.plant(sorted(found), rate, str, fault)


def lose_transfer(site: Site, rate: float, cause: str) -> None:
    """A customer's transfer never came: neither the bank nor the books have it, billing says paid."""
    lines = _all_lines(site)

    def fault(document: Document) -> bool:
        number = site.value("stripe.invoice", document.key, "number")
        own = [line for line in lines if number in line[2]]
        if len(own) != 1:
            return False
        table, line_id, _, amount, currency = own[0]
        _drop_line(site, table, line_id)
        site.ledger.drop(document.journal)
        return site.label("stripe.invoice", document.key, cause, amount, currency, number)

    site.plant(site.by_kind["external_payment_received"], rate, root_of, fault)


def _all_lines(site: Site) -> list[tuple[str, str, set[str], Decimal, str]]:
    """Return (table, id, words, amount in, currency) of every line that is final."""
    bank = site.changed.get(STATEMENT, site.tables[STATEMENT])
    lines = [
        (STATEMENT, key, set(f"{reference or ''} {text or ''}".split()), amount, currency)
        for key, reference, text, amount, currency in zip(
            bank["statement_line_id"], bank["reference"], bank["description"], bank["amount"],
            bank["currency"],
        )
    ]  # fmt: skip
    if FEED in site.tables:
        feed = site.changed.get(FEED, site.tables[FEED])
        lines += [
            (FEED, key, set(f"{reference or ''} {text or ''}".split()), -amount, currency)
            for key, reference, text, amount, currency, pending in zip(
                feed["transaction_id"], feed["payment_meta_reference_number"], feed["name"],
                feed["amount"], feed["iso_currency_code"], feed["pending"],
            ) if not pending
        ]  # fmt: skip
    return lines


def _drop_line(site: Site, table: str, line_id: str) -> None:
    """Take a line out, and what the feed showed of it before it was final."""
    rows = site.edit(table)
    ids = rows["statement_line_id" if table == STATEMENT else "transaction_id"]
    gone = {ids.index(line_id)}
    if table == FEED:
        before = rows["pending_transaction_id"][ids.index(line_id)]
        gone.update(row for row, key in enumerate(ids) if key == before)
    site.changed[table] = without(rows, gone)


def overwrite_currency(site: Site, rate: float, cause: str) -> None:
    lines = bank_lines_by_payout(site)
    bank = site.edit(STATEMENT)

    def fault(key: str) -> bool:
        row = lines[key]
        bank["currency"][row] = "QQQ"
        line_id = bank["statement_line_id"][row]
        return site.label(STATEMENT, line_id, cause, bank["amount"][row], "QQQ", key)

    site.plant(sorted(lines), rate, str, fault)


def unexplained_line(site: Site, rate: float, cause: str) -> None:
    """Money that came from nobody, or that left for nothing that is known."""
    sign, text = (1, "INCOMING WIRE") if cause == "unexplained_deposit" else (-1, "CARD PAYMENT")
    bank = site.edit(STATEMENT)
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
            "posted_date": day, "value_date": day, "amount": sign * amount,
            "currency": site.currency, "description": text, "reference": None,
            "_loaded_at": datetime.combine(day + timedelta(days=1), time(6)),
        }  # fmt: skip
        for name, column in bank.items():
            column.append(values.get(name))
        return site.label(STATEMENT, line_id, cause, amount, site.currency, "")

    site.plant(list(range(1, last + 3)), rate, lambda number: f"{text} {number}", fault)


def send_back(site: Site, rate: float, cause: str) -> None:
    """The bank sends a payout back, and neither the processor nor the books know."""
    lines, bank = bank_lines_by_payout(site), site.edit(STATEMENT)
    known, last = set(bank["statement_line_id"]), len(bank["statement_line_id"])

    def fault(key: str) -> bool:
        like = lines[key]
        number = last + 10_000 + len(site.labels)
        line_id = f"{bank['statement_line_id'][like].rstrip('0123456789')}{number:07d}"
        day = bank["posted_date"][like] + timedelta(days=4 + site.random.randint(0, 1))
        if day > site.limit or day.weekday() > 4 or line_id in known:
            return False
        amount, currency = bank["amount"][like], bank["currency"][like]
        site.add_row(
            STATEMENT, like, statement_line_id=line_id, posted_date=day, value_date=day,
            amount=-amount, description="RETURNED STRIPE TRANSFER", reference=key,
            _loaded_at=datetime.combine(day + timedelta(days=1), time(6)),
        )  # fmt: skip
        return site.label(STATEMENT, line_id, cause, amount, currency, key)

    site.plant(sorted(lines), rate, str, fault)


def payout_in_transit(site: Site, rate: float, cause: str) -> None:
    """Leave a payout on its way: the processor, the books and the bank do not see it arrive."""
    lines, gone = bank_lines_by_payout(site), set()
    bank, payout = site.edit(STATEMENT), site.edit("stripe.payout")

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
    site.changed[STATEMENT] = without(bank, gone)
