"""What the bank saw: deposits of both processors, what it sent back, its fees, and customers who pay it directly.

Accounts in dollars, euros and yen come as a statement, the one in pounds as a bank feed that counts money out as
positive and shows some entries before they are final, under another id.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from . import clock
from .catalog import MINOR_FACTOR
from .holidays import bank_day_after
from .tables import COLUMNS, Table, Tables, row_count
from .world import Options

_AMBIGUITY_DAYS = 10
_ID_IN_REFERENCE, _ID_IN_TEXT, _NO_ID = 0.70, 0.85, 1.0
_SPLIT_SHARE, _LATE_SHARE, _JOINED_SHARE = 0.04, 0.08, 0.03
_PENDING_SHARE = 0.15
_FEES = {"usd": 2_500, "eur": 1_800, "gbp": 1_200}
_PAYOUT_CODES = ("T0400", "T0401")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_FEED_CURRENCY, _FEED_ACCOUNT, _FEED_ID_LENGTH = "gbp", "gbp-receipts", 32


class Deposit(NamedTuple):
    """Money expected at the bank: what it is called there, and how much of it in minor units, out negative."""

    currency: str
    arrival: dt.date
    key: str
    amount: int


class Line(NamedTuple):
    """A line of an account; `amount` in minor units, out negative."""

    currency: str
    posted: dt.date
    value: dt.date
    amount: int
    text: str
    reference: str | None


def post_statement(tables: Tables, options: Options, joins: bool = True) -> Tables:
    """The statement lines and, with PayPal, the bank feed, up to the last day of the company.

    `joins`: now and then two payouts of neighbouring days are one deposit that names neither. Nothing
    is wrong then, but a person has to confirm what it is made of.
    """
    lines = _stripe_lines(tables, options, joins)
    lines += _topups(tables) + _external_payments(tables, options)
    currencies = ["usd", "eur"]
    if "paypal.transaction" in tables:
        lines += _paypal_lines(tables["paypal.transaction"], options, joins)
        currencies.append(_FEED_CURRENCY)
    lines += _service_fees(options, currencies)
    has_feed = "paypal.transaction" in tables
    fed = [line for line in lines if has_feed and line.currency == _FEED_CURRENCY]
    stated = [line for line in lines if not (has_feed and line.currency == _FEED_CURRENCY)]
    stated = [line for line in stated if line.posted <= options.last_day]
    result = {"bank_statement.statement_line": _statement(stated, options.seed)}
    if has_feed:
        result["plaid.transaction"] = _feed(fed, options)
    return result


def _statement(lines: list[Line], seed: int) -> Table:
    """Lines in major units, in positive, numbered by account and day."""
    rows: list[tuple[Any, ...]] = []
    for currency, posted, value, amount, text, reference in sorted(lines, key=_place):
        line_id = f"bsl-{seed}-{len(rows) + 1:07d}"
        rows.append((line_id, f"{currency}-receipts", posted, value, _major(amount, currency), currency.upper(),
                     text, reference, _next_morning(posted)))
    names = COLUMNS["bank_statement.statement_line"]
    return {name: [row[position] for row in rows] for position, name in enumerate(names)}


def _feed(lines: list[Line], options: Options) -> Table:
    """The feed: out positive, some entries shown the day before under another id, the next day's only so."""
    rng = Random(f"feed {options.seed}")
    rows: list[tuple[Any, ...]] = []
    for currency, posted, value, amount, text, reference in sorted(lines, key=_place):
        own, before = (_feed_id(rng) for _ in range(2))
        shown = posted - dt.timedelta(days=1)
        is_shown = rng.random() < _PENDING_SHARE or shown == options.last_day
        merchant = "PayPal" if text.startswith("PAYPAL") else None
        parts = (_FEED_ACCOUNT, -_major(amount, currency), currency.upper())
        tail = (text, merchant, "other")
        if is_shown and shown <= options.last_day:
            rows.append((before, *parts, shown, shown, *tail, True, None, None, reference, _next_morning(shown)))
        if posted <= options.last_day:
            rows.append((own, *parts, posted, value, *tail, False, before if is_shown else None, None, reference,
                         _next_morning(posted)))
    return {name: [row[position] for row in rows] for position, name in enumerate(COLUMNS["plaid.transaction"])}


def _place(line: Line) -> tuple[Any, ...]:
    """Order of the lines: by account, day, and what tells two of a day apart."""
    return line.currency, line.value, line.text, line.reference or "", line.amount, line.posted


def _feed_id(rng: Random) -> str:
    """An id as a feed gives it: nothing can be read from it."""
    return "".join(rng.choice(_LETTERS) for _ in range(_FEED_ID_LENGTH))


def _major(amount: int, currency: str) -> Decimal:
    """Minor units as an exact decimal in major units."""
    return Decimal(amount).scaleb(-2 if MINOR_FACTOR[currency] == 100 else 0)


def _next_morning(day: dt.date) -> dt.datetime:
    """When a line of a day is loaded."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(6))


def _business_day(day: dt.date, later: int = 0) -> dt.date:
    """The business day `later` business days after a day; a weekend counts as the Friday before it."""
    return clock.date_of(clock.add_business_days(clock.at_midnight(day), later))


def _stripe_lines(tables: Tables, options: Options, joins: bool) -> list[Line]:
    """Lines of Stripe's payouts: whole, in two parts, or two of them in one; what came back; what was debited."""
    payouts, last_day = tables["stripe.payout"], options.last_day
    failed_on = _failure_days(tables)
    arrived, lines = [], []
    for row in range(row_count(payouts)):
        arrival, status = payouts["arrival_date"][row].date(), payouts["status"][row]
        deposit = Deposit(payouts["currency"][row], arrival, payouts["id"][row], payouts["amount"][row])
        if arrival > last_day or not payouts["livemode"][row]:
            continue
        returned = failed_on.get(payouts["failure_balance_transaction_id"][row])
        if status == "paid":
            arrived.append(deposit)
        elif status == "failed" and returned is not None and returned > arrival:
            lines.append(Line(*deposit[:2], arrival, deposit.amount, "STRIPE TRANSFER", deposit.key))
            lines.append(Line(deposit.currency, returned, returned, -deposit.amount, "RETURNED STRIPE TRANSFER",
                              deposit.key))
    arrived.sort()
    texts, rng = ("STRIPE TRANSFER", "STRIPE PAYMENTS"), Random(f"bank {options.seed}")
    return lines + _deposit_lines(arrived, texts, options, rng, joins)


def _failure_days(tables: Tables) -> dict[str, dt.date]:
    """The day of every balance transaction that takes a payout back."""
    transaction = tables["stripe.balance_transaction"]
    return {
        key: created.date()
        for key, kind, created in zip(transaction["id"], transaction["type"], transaction["created"])
        if kind == "payout_failure"
    }


def _deposit_lines(
    arrived: list[Deposit], texts: tuple[str, str], options: Options, rng: Random, joins: bool
) -> list[Line]:
    """One line per deposit, or two, or one for two of them; most quote what they are.

    `texts`: of a line that quotes, and of one that does not.
    """
    dates_by_amount: dict[tuple[str, int], list[dt.date]] = {}
    for deposit in arrived:
        dates_by_amount.setdefault((deposit.currency, deposit.amount), []).append(deposit.arrival)
    joined = _joined(arrived, options) if joins else {}
    lines = []
    for deposit in arrived:
        currency, arrival, key, amount = deposit
        is_unique = _is_unique(dates_by_amount[currency, amount], arrival)
        posted = _posted_date(arrival, options.last_day, rng.random())
        parts = _parts(key, amount, is_unique, texts, rng)
        if key not in joined:
            lines += [Line(currency, posted, arrival, *part) for part in parts]
        elif joined[key] is not None:
            lines.append(Line(currency, arrival, arrival, amount + joined[key], texts[1], None))
    return lines


def _joined(arrived: list[Deposit], options: Options) -> dict[str, int | None]:
    """Deposits of two days that the bank made one: the later one's key with the amount added, the earlier's with None.

    Only where no other deposit and no other two of those days come to the same amount.
    """
    rng = Random(f"joined {options.seed}")
    joined: dict[str, int | None] = {}
    for position in range(1, len(arrived)):
        first, second = arrived[position - 1 : position + 1]
        amount = first.amount + second.amount
        if rng.random() >= _JOINED_SHARE or first.key in joined or min(first.amount, second.amount) <= 0:
            continue
        if first.currency != second.currency or _business_day(first.arrival, 1) != second.arrival:
            continue
        near = [other.amount for other in arrived if other.currency == first.currency
                and abs((other.arrival - second.arrival).days) <= _AMBIGUITY_DAYS]
        ways = sum(near[left] + right == amount for left in range(len(near)) for right in near[left + 1 :])
        if ways == 1 and amount not in near and first.arrival.month == second.arrival.month:
            joined[first.key], joined[second.key] = None, first.amount
    return joined


def _is_unique(dates: list[dt.date], arrival: dt.date) -> bool:
    """Whether no other payout of the same amount arrived within `_AMBIGUITY_DAYS`."""
    return sum(abs((day - arrival).days) <= _AMBIGUITY_DAYS for day in dates) == 1


def _posted_date(arrival: dt.date, last_day: dt.date, draw: float) -> dt.date:
    """The arrival date or, now and then, the next business day within the same month and the period."""
    if draw >= _LATE_SHARE:
        return arrival
    later = arrival + dt.timedelta(days=3 if arrival.weekday() == 4 else 1)
    return later if later.month == arrival.month and later <= last_day else arrival


def _parts(
    key: str, amount: int, is_unique: bool, texts: tuple[str, str], rng: Random
) -> list[tuple[int, str, str | None]]:
    """Amount in minor units, description and reference of the lines of one deposit."""
    (text, bare_text), kind, split = texts, rng.random(), rng.random()
    if split < _SPLIT_SHARE and amount >= 200:
        first = amount * 6 // 10
        return [(part, text, key) for part in (first, amount - first)]
    if amount < 0 or kind < _ID_IN_REFERENCE or (kind >= _ID_IN_TEXT and not is_unique):
        return [(amount, text, key)]
    if kind < _ID_IN_TEXT:
        return [(amount, f"{text} {key}", None)]
    return [(amount, bare_text, None)]


def _topups(tables: Tables) -> list[Line]:
    """What we sent to Stripe ourselves, debited the same business day."""
    transaction = tables["stripe.balance_transaction"]
    return [
        Line(currency, day, day, -amount, f"STRIPE TOPUP {source}", None)
        for kind, source, amount, currency, created in zip(
            transaction["type"], transaction["source"], transaction["amount"], transaction["currency"],
            transaction["created"])
        if kind == "topup" for day in [_business_day(created.date())]
    ]


def _paypal_lines(transactions: Table, options: Options, joins: bool) -> list[Line]:
    """Withdrawals, one banking day later; those sent back; money that PayPal was given."""
    arrived, lines = [], []
    columns = ("transaction_id", "transaction_event_code", "paypal_reference_id", "transaction_initiation_date",
               "transaction_amount_value", "transaction_amount_currency_code")
    returned = {
        reference for code, reference in zip(transactions[columns[1]], transactions[columns[2]]) if code == "T1101"
    }
    for key, code, reference, moment, value, currency in zip(*(transactions[name] for name in columns)):
        currency, amount, day = currency.lower(), -int(value.scaleb(2)), moment.date()
        if code in _PAYOUT_CODES:
            arrival = bank_day_after(day, currency)
            if key in returned:
                lines.append(Line(currency, arrival, arrival, amount, f"PAYPAL TRANSFER {key}", None))
            else:
                arrived.append(Deposit(currency, arrival, key, amount))
        elif code == "T1101":
            lines.append(Line(currency, day, day, amount, f"RETURNED PAYPAL TRANSFER {reference}", None))
        elif code == "T0300":
            lines.append(Line(currency, day, day, amount, f"PAYPAL FUNDING {key}", None))
    arrived.sort()
    rng = Random(f"bank paypal {options.seed}")
    return lines + _deposit_lines(arrived, ("PAYPAL TRANSFER", "PAYPAL INST XFER"), options, rng, joins)


def _service_fees(options: Options, currencies: list[str]) -> list[Line]:
    """The bank's fee for every month, taken on the first banking day of the next one."""
    lines = []
    for month in range(options.months - 1):
        first = clock.add_months_to_date(options.start, month)
        last = clock.add_months_to_date(options.start, month + 1) - dt.timedelta(days=1)
        text = f"ACCOUNT SERVICE FEE {first:%Y-%m}"
        for currency in currencies:
            day = bank_day_after(last, currency)
            lines.append(Line(currency, day, day, -_FEES[currency], text, None))
    return lines


def _external_payments(tables: Tables, options: Options) -> list[Line]:
    """Transfers of customers for invoices paid outside every processor, one to four business days later."""
    rng = Random(f"transfers {options.seed}")
    invoice, charge = tables["stripe.invoice"], tables["stripe.charge"]
    paid = {key for key, status in zip(charge["invoice_id"], charge["status"]) if status == "succeeded"}
    if "paypal.transaction" in tables:
        paid.update(tables["paypal.transaction"]["custom_field"])
    lines = []
    columns = ("id", "number", "status", "amount_paid", "currency", "status_transitions_paid_at", "livemode")
    rows = sorted(zip(*(invoice[name] for name in columns)), key=lambda row: row[0])
    for key, number, status, amount, currency, paid_at, is_live in rows:
        if status != "paid" or not amount or key in paid or not is_live:
            continue
        day = bank_day_after(paid_at.date(), currency, 1 + int(rng.random() * 4))
        in_text = rng.random() < 0.4
        text = f"INCOMING TRANSFER {number}" if in_text else "INCOMING TRANSFER"
        if day <= options.last_day:
            lines.append(Line(currency, day, day, amount, text, None if in_text else number))
    return lines
