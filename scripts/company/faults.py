"""Plants known faults in the raw tables of a company and returns a label for each.

Only raw tables change. No two faults touch the same invoice, payout or day of fees, none lies in
the last ten days of the ledger, and the causes are the words that the reconciliation uses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from .fault_ledger import Document, FaultLedger, Tables, find_documents, without
from .ledger_rules import (
    Rates,
    Table,
    accounting_day,
    collector_paused,
    exponent,
    line_amounts,
)
from .ledger_xero import decimal_amount

Labels = list[dict[str, Any]]

QUIET_DAYS = 10
LEAST = 2

SINGLE_EVENTS = frozenset({
    "invoice_finalised", "payment", "refund", "credit_note_issued", "customer_balance_applied",
})  # fmt: skip
PAYOUT_EVENTS = frozenset({"payout_sent", "payout_arrived"})
AR, CLEARING, DEFERRED, TAX, REVENUE = "1100", "1200", "2100", "2200", "4000"
TRANSIT, FEES, OPERATING, SUSPENSE, FX = "1210", "6100", "1010", "9999", "7000"


def parse_rates(text: str) -> dict[str, float]:
    """Return the rates in `cause=rate,cause=rate`; `none` is empty, `default` is DEFAULT_RATES.

    A rate is the share of the documents that could have the fault, 0..1. Raises ValueError with a
    one-line message for anything else.
    """
    text = text.strip()
    if text == "none":
        return {}
    if text == "default":
        return dict(DEFAULT_RATES)
    rates: dict[str, float] = {}
    for item in text.replace("\n", ",").split(","):
        cause, equals, value = (part.strip() for part in item.partition("="))
        if not item.strip():
            continue
        if not equals:
            raise ValueError(f"faults: expected cause=rate, got {item.strip()!r}")
        try:
            rates[cause] = float(value)
        except ValueError:
            raise ValueError(f"faults: the rate of {cause} is not a number: {value!r}") from None
    _check_rates(rates)
    return rates


def _check_rates(rates: dict[str, float]) -> None:
    """Raise ValueError for an unknown cause or a rate that is not a share."""
    for cause, rate in rates.items():
        if cause not in FAULTS:
            raise ValueError(f"faults: unknown cause {cause!r}; one of {', '.join(sorted(FAULTS))}")
        if not 0 <= rate <= 1:
            raise ValueError(f"faults: the rate of {cause} must be between 0 and 1")


def inject_faults(
    tables: Tables, rates: dict[str, float], seed: int, timezone: str = "UTC"
) -> tuple[Tables, Labels]:
    """Return the tables with faults in them, and one label per fault.

    Each cause of `rates` gets max(2, rate x documents that could have it) faults, fewer when the
    documents run out; a rate of 0 gets none. The tables passed in stay as they are. `timezone` is
    the one of the ledger's dates, by which a day's fees are found. A label has source_table,
    record_id, cause, amount (major units), currency and document_reference. Raises ValueError as
    `parse_rates` does.
    """
    _check_rates(rates)
    with collector_paused():
        site = _Site(tables, seed, accounting_day(timezone))
        for cause, plant in FAULTS.items():
            if rates.get(cause, 0) > 0:
                site.random = Random(f"{seed}:fault:{cause}")
                plant(site, rates[cause], cause)
        return {**tables, **site.changed, **site.ledger.write()}, site.labels


class _Site:
    """The tables under attack: documents by kind, what has been used, and the labels so far."""

    def __init__(
        self, tables: Tables, seed: int, day_of: Callable[[datetime], int] = datetime.toordinal
    ) -> None:
        self.tables = tables
        self.day_of = day_of
        self.changed: Tables = {}
        self.random = Random(seed)
        self.ledger = FaultLedger(tables)
        self.labels: Labels = []
        self.used: set[str] = set()
        documents = find_documents(tables, self.ledger)
        self.last_day = max(tables["xero.journal"]["journal_date"], default=date(1970, 1, 1))
        self.limit = self.last_day - timedelta(days=QUIET_DAYS)
        self.first_day = min(tables["xero.journal"]["journal_date"], default=self.limit)
        self.journals_of = Counter(document.key for document in documents)
        self.events_of: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            self.events_of[document.key].add(document.kind)
        self.by_kind: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            if document.day <= self.limit and not self.ledger.has_split_lines(document.journal):
                self.by_kind[document.kind].append(document)
        self.journal_of = {
            (document.kind, document.key): document.journal for document in documents
        }
        self.currency = tables["xero.organization"]["base_currency"][0]
        self.rates = Rates(tables["ecb.exchange_rate"], self.currency)
        self._rows: dict[str, dict[str, int]] = {}

    def fee_day(self, moment: datetime) -> str:
        """Return the key of the fee journal of a moment's accounting day."""
        return f"processor_fee:{date.fromordinal(self.day_of(moment))}"

    def value(self, table: str, key: str, column: str) -> Any:
        """Return one column of one raw row, found by id."""
        raw = self.tables[table]
        if table not in self._rows:
            self._rows[table] = {value: row for row, value in enumerate(raw["id"])}
        return raw[column][self._rows[table][key]]

    def single(self, *kinds: str) -> list[Document]:
        """Return the documents of these kinds that have one journal and no more."""
        return [
            document
            for kind in kinds
            for document in self.by_kind[kind]
            if self.journals_of[document.key] == 1
        ]

    def two_lined(self, *kinds: str) -> list[Document]:
        """Return documents whose journal is one amount, debited once and credited once."""
        found = self.single(*kinds) + [
            document
            for kind in PAYOUT_EVENTS.intersection(kinds)
            for document in self.by_kind[kind]
        ]
        found = [
            document for document in found if len(self.ledger.rows[document.journal]) == 2
        ]
        return sorted(found)

    def plant(
        self,
        candidates: list[Any],
        rate: float,
        root_of: Callable[[Any], str],
        fault: Callable[[Any], bool],
    ) -> None:
        """Try candidates in random order until enough of them have taken the fault.

        `fault` changes the candidate and returns True, or returns False and changes nothing.
        """
        wanted = max(LEAST, round(rate * len(candidates)))
        order = list(range(len(candidates)))
        self.random.shuffle(order)
        for position in order:
            if not wanted:
                return
            candidate = candidates[position]
            root = root_of(candidate)
            if root not in self.used and fault(candidate):
                self.used.add(root)
                wanted -= 1

    def label(
        self, table: str, record: str, cause: str, amount: Decimal, currency: str, document: str
    ) -> bool:
        """Note a planted fault; return True."""
        self.labels.append({
            "source_table": table, "record_id": record, "cause": cause, "amount": abs(amount),
            "currency": currency.upper(), "document_reference": document,
        })  # fmt: skip
        return True

    def label_journal(self, journal: int, cause: str, document: str) -> bool:
        """Note a fault in a journal, at the journal's size after the fault; return True."""
        return self.label(
            "xero.journal", self.ledger.journal["journal_id"][journal], cause,
            decimal_amount(self.ledger.size(journal)), self.currency, document,
        )  # fmt: skip

    def plant_in_journals(
        self,
        cause: str,
        rate: float,
        candidates: list[Document],
        change: Callable[[Document, dict[str, int]], dict[str, int] | None],
    ) -> None:
        """Replace the amounts of journals by what `change` returns; None leaves a journal alone."""

        def fault(document: Document) -> bool:
            amounts = change(document, self.ledger.amounts(document.journal))
            if amounts is None:
                return False
            self.ledger.set_amounts(document.journal, amounts)
            return self.label_journal(document.journal, cause, document.key)

        self.plant(candidates, rate, _root, fault)

    def edit(self, table: str) -> Table:
        """Return a raw table whose columns may be changed."""
        if table not in self.changed:
            self.changed[table] = {
                name: list(column) for name, column in self.tables[table].items()
            }
        return self.changed[table]

    def day_between(self) -> date:
        """Return a random day of the ledger before the quiet days."""
        span = max(0, (self.limit - self.first_day).days)
        return self.first_day + timedelta(days=self.random.randint(0, span))


def _root(document: Document) -> str:
    return document.root


def _charge_fee(site: _Site, document: Document) -> int:
    """Return the fee of a charge settled in the functional currency, else 0."""
    key = site.value("stripe.charge", document.key, "balance_transaction_id")
    table = "stripe.balance_transaction"
    if key is None or site.value(table, key, "currency").upper() != site.currency:
        return 0
    return site.value(table, key, "fee") or 0


def _duplicate(site: _Site, rate: float, cause: str) -> None:
    def fault(document: Document) -> bool:
        day = document.day + timedelta(days=site.random.randint(0, 1))
        if day.month != document.day.month:
            day = document.day
        copy = site.ledger.add_copy(document.journal, day)
        return site.label_journal(copy, cause, document.key)

    site.plant(sorted(site.single(*SINGLE_EVENTS)), rate, _root, fault)


def _flip_sign(site: _Site, rate: float, cause: str) -> None:
    def change(_: Document, amounts: dict[str, int]) -> dict[str, int]:
        return {code: -amount for code, amount in amounts.items()}

    site.plant_in_journals(cause, rate, sorted(site.single(*SINGLE_EVENTS)), change)


def _resized(amounts: dict[str, int], size: int) -> dict[str, int]:
    """Return a two-line journal at another size."""
    return {code: size if amount > 0 else -size for code, amount in amounts.items()}


def _transpose(site: _Site, rate: float, cause: str) -> None:
    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        size = max(amounts.values())
        fee = _charge_fee(site, document) if document.kind == "payment" else 0
        choices = [
            swapped for swapped in _swaps(size) if abs(swapped - size) != fee and swapped > 0
        ]
        return _resized(amounts, site.random.choice(choices)) if choices else None

    candidates = site.two_lined("payment", "payout_sent", "payout_arrived", "processor_fee")
    site.plant_in_journals(cause, rate, candidates, change)


def _swaps(size: int) -> list[int]:
    """Return the amounts with two neighbouring digits swapped that no other slip would explain."""
    text, found = str(size), []
    for at in range(len(text) - 1):
        left, right = text[at], text[at + 1]
        if left == right or (at == 0 and right == "0"):
            continue
        swapped = int(text[:at] + right + left + text[at + 2 :])
        if max(swapped, size) != 10 * min(swapped, size):
            found.append(swapped)
    return found


def _slip_decimal(site: _Site, rate: float, cause: str) -> None:
    def change(_: Document, amounts: dict[str, int]) -> dict[str, int]:
        shrinks = all(amount % 10 == 0 for amount in amounts.values())
        if shrinks and site.random.random() < 0.5:
            return {code: amount // 10 for code, amount in amounts.items()}
        return {code: amount * 10 for code, amount in amounts.items()}

    site.plant_in_journals(cause, rate, sorted(site.single(*SINGLE_EVENTS)), change)


def _keep_fee(site: _Site, rate: float, cause: str) -> None:
    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        fee, size = _charge_fee(site, document), max(amounts.values())
        return _resized(amounts, size - fee) if 2 < fee < size // 2 else None

    site.plant_in_journals(cause, rate, site.two_lined("payment"), change)


def _tax_in_revenue(site: _Site, rate: float, cause: str) -> None:
    def change(_: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        if not amounts.get(TAX) or DEFERRED not in amounts:
            return None
        tax = amounts.pop(TAX)
        return {**amounts, DEFERRED: amounts[DEFERRED] + tax}

    candidates = [
        document
        for document in site.single("invoice_finalised")
        if TAX in site.ledger.amounts(document.journal)
    ]
    site.plant_in_journals(cause, rate, candidates, change)


def _wrong_account(site: _Site, rate: float, cause: str) -> None:
    def fault(document: Document) -> bool:
        if not site.ledger.amounts(document.journal).get(DEFERRED):
            return False
        site.ledger.set_account(document.journal, DEFERRED, REVENUE)
        return site.label_journal(document.journal, cause, document.key)

    site.plant(site.single("invoice_finalised"), rate, _root, fault)


def _wrong_customer(site: _Site, rate: float, cause: str) -> None:
    contacts = site.tables["xero.contact"]["contact_id"]
    if len(contacts) < 2:
        return
    invoice = site.edit("xero.invoice")
    position = {key: row for row, key in enumerate(invoice["reference"])}

    def fault(document: Document) -> bool:
        row = position[document.key]
        others = site.random.sample(contacts, 2)
        invoice["contact_id"][row] = others[invoice["contact_id"][row] == others[0]]
        return site.label_journal(document.journal, cause, document.key)

    site.plant(site.single("invoice_finalised"), rate, _root, fault)


def _foreign(site: _Site, *kinds: str) -> list[Document]:
    """Return documents of one journal in another currency than the ledger's."""
    tables = {"invoice_finalised": "stripe.invoice", "payment": "stripe.charge"}
    return [
        document
        for document in site.single(*kinds)
        if site.value(tables[document.kind], document.key, "currency").upper() != site.currency
    ]


def _unconverted(site: _Site, rate: float, cause: str) -> None:
    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        if document.kind == "payment":
            currency = site.value("stripe.charge", document.key, "currency")
            amount = site.value("stripe.charge", document.key, "amount")
            size = amount * 10 ** (2 - exponent(currency))
            changed = {CLEARING: size, AR: -size}
        else:
            currency, total, tax = (
                site.value("stripe.invoice", document.key, name)
                for name in ("currency", "total", "tax")
            )
            scale = 10 ** (2 - exponent(currency))
            total, tax = total * scale, (tax or 0) * scale
            changed = {AR: total, DEFERRED: tax - total, TAX: -tax}
        before = amounts.get(AR, 0)
        differs = abs(changed[AR] - before) * 100 > abs(before)
        if not differs or not set(amounts) - {FX} <= set(changed):
            return None
        return {code: value for code, value in changed.items() if value}

    site.plant_in_journals(cause, rate, _foreign(site, "invoice_finalised", "payment"), change)


def _other_rate(site: _Site, rate: float, cause: str) -> None:
    lines: dict[str, list[tuple[str, int]]] = defaultdict(list)
    line = site.tables["stripe.invoice_line_item"]
    for key, unique_id, amount in zip(line["invoice_id"], line["unique_id"], line["amount"]):
        lines[key].append((unique_id, amount))

    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        currency, subtotal, tax, total = (
            site.value("stripe.invoice", document.key, name)
            for name in ("currency", "subtotal", "tax", "total")
        )
        own = [amount for _, amount in sorted(lines[document.key])]
        net, tax = line_amounts(own, subtotal, tax or 0, total)
        day = document.day.toordinal() + site.random.randint(5, 20)
        deferred = -sum(site.rates.convert(amount, currency, day) for amount in net)
        taxed = -sum(site.rates.convert(amount, currency, day) for amount in tax)
        before = amounts.get(AR, 0)
        if abs(before + deferred + taxed) * 500 < abs(before) or not before:
            return None
        changed = {AR: -deferred - taxed, DEFERRED: deferred, TAX: taxed}
        return {code: value for code, value in changed.items() if value}

    site.plant_in_journals(cause, rate, _foreign(site, "invoice_finalised"), change)


def _round_off(site: _Site, rate: float, cause: str) -> None:
    def change(_: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        size = max(amounts.values())
        return _resized(amounts, size + site.random.choice((-2, -1, 1, 2))) if size > 999 else None

    candidates = site.two_lined("payment", "payout_sent", "payout_arrived")
    site.plant_in_journals(cause, rate, candidates, change)


def _half_paid(site: _Site, rate: float, cause: str) -> None:
    def change(document: Document, amounts: dict[str, int]) -> dict[str, int] | None:
        size = max(amounts.values())
        return _resized(amounts, size // 2) if size > 999 else None

    site.plant_in_journals(cause, rate, site.two_lined("payment"), change)


def _cut_off(site: _Site, rate: float, cause: str) -> None:
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

    site.plant(sorted(site.single(*SINGLE_EVENTS)), rate, _root, fault)


def _drop_documents(
    site: _Site, rate: float, cause: str, table: str, candidates: list[Document]
) -> None:
    """Remove journals and label the Stripe documents that they booked."""

    def fault(document: Document) -> bool:
        amount = decimal_amount(site.ledger.size(document.journal))
        site.ledger.drop(document.journal)
        return site.label(table, document.key, cause, amount, site.currency, document.key)

    site.plant(candidates, rate, _root, fault)


def _drop_refund(site: _Site, rate: float, cause: str) -> None:
    text = " ".join(set(filter(None, site.ledger.line["description"])))
    quoted_elsewhere = {word for word in text.split() if word.startswith("cus_")}
    candidates = []
    for document in site.single("refund"):
        charge = site.value("stripe.refund", document.key, "charge_id")
        if site.value("stripe.charge", charge, "customer_id") not in quoted_elsewhere:
            candidates.append(document)
    _drop_documents(site, rate, cause, "stripe.refund", candidates)


def _drop_credit_note(site: _Site, rate: float, cause: str) -> None:
    candidates = site.single("credit_note_issued")
    _drop_documents(site, rate, cause, "stripe.credit_note", candidates)


def _drop_dispute(site: _Site, rate: float, cause: str) -> None:
    candidates = site.by_kind["dispute_opened"]
    _drop_documents(site, rate, cause, "stripe.dispute", candidates)


def _drop_write_off(site: _Site, rate: float, cause: str) -> None:
    candidates = [
        document
        for kind in ("invoice_voided", "invoice_uncollectible")
        for document in site.by_kind[kind]
        if site.journals_of[document.key] == 2
        and site.value("stripe.invoice", document.key, "status") != "paid"
    ]
    _drop_documents(site, rate, cause, "stripe.invoice", candidates)


def _drop_invoice(site: _Site, rate: float, cause: str) -> None:
    candidates = site.single("invoice_finalised")
    planted = len(site.labels)
    _drop_documents(site, rate, cause, "stripe.invoice", candidates)
    gone = {label["record_id"] for label in site.labels[planted:]}
    invoice, line = site.edit("xero.invoice"), site.edit("xero.invoice_line_item")
    rows = {row for row, key in enumerate(invoice["reference"]) if key in gone}
    ids = {invoice["invoice_id"][row] for row in rows}
    site.changed["xero.invoice"] = without(invoice, rows)
    lines = {row for row, key in enumerate(line["invoice_id"]) if key in ids}
    site.changed["xero.invoice_line_item"] = without(line, lines)


def _drop_payment(site: _Site, rate: float, cause: str) -> None:
    _drop_documents(site, rate, cause, "stripe.charge", site.single("payment"))


def _drop_fees(site: _Site, rate: float, cause: str) -> None:
    first: dict[str, str] = {}
    transaction = site.tables["stripe.balance_transaction"]
    for key, created, kind in zip(transaction["id"], transaction["created"], transaction["type"]):
        if kind in ("charge", "payment", "stripe_fee"):
            day = site.fee_day(created)
            first[day] = min(key, first.get(day, key))

    def fault(document: Document) -> bool:
        if document.key not in first:
            return False
        amount = decimal_amount(site.ledger.size(document.journal))
        site.ledger.drop(document.journal)
        return site.label(
            "stripe.balance_transaction", first[document.key], cause, amount, site.currency,
            document.key,
        )  # fmt: skip

    site.plant(site.by_kind["processor_fee"], rate, _root, fault)


def _bank_lines_by_payout(site: _Site) -> dict[str, int]:
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
        if len(rows) == 1 and key in arrived
        and not unquoted.get((bank["currency"][rows[0]], bank["amount"][rows[0]]))
    }  # fmt: skip


def _lose_deposit(site: _Site, rate: float, cause: str) -> None:
    lines, gone = _bank_lines_by_payout(site), set()
    bank = site.edit("bank_statement.statement_line")

    def fault(key: str) -> bool:
        gone.add(lines[key])
        amount, currency = bank["amount"][lines[key]], bank["currency"][lines[key]]
        return site.label("stripe.payout", key, cause, amount, currency, key)

    site.plant(sorted(lines), rate, str, fault)
    site.changed["bank_statement.statement_line"] = without(bank, gone)


def _overwrite_currency(site: _Site, rate: float, cause: str) -> None:
    lines = _bank_lines_by_payout(site)
    bank = site.edit("bank_statement.statement_line")

    def fault(key: str) -> bool:
        row = lines[key]
        bank["currency"][row] = "QQQ"
        line_id = bank["statement_line_id"][row]
        table = "bank_statement.statement_line"
        return site.label(table, line_id, cause, bank["amount"][row], "QQQ", key)

    site.plant(sorted(lines), rate, str, fault)


def _unexplained_deposit(site: _Site, rate: float, cause: str) -> None:
    bank = site.edit("bank_statement.statement_line")
    taken = {(currency, abs(amount)) for currency, amount in zip(bank["currency"], bank["amount"])}
    known, last = set(bank["statement_line_id"]), len(bank["statement_line_id"])
    if not known:
        return
    stem = max(known).rstrip("0123456789")

    def fault(number: int) -> bool:
        amount = decimal_amount(site.random.randint(10_000, 250_000))
        line_id = f"{stem}{last + number:07d}"
        if (site.currency, amount) in taken or line_id in known:
            return False
        day = site.day_between()
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


def _unbacked_charge(site: _Site, rate: float, cause: str) -> None:
    """Remove the money behind a charge: its transaction, its fee, its part of the payout."""
    lines = _bank_lines_by_payout(site)
    mapping = site.edit("stripe.payout_balance_transaction")
    transaction = site.edit("stripe.balance_transaction")
    payout = site.edit("stripe.payout")
    bank = site.edit("bank_statement.statement_line")
    payout_of = dict(zip(mapping["balance_transaction_id"], mapping["payout_id"]))
    row_of = {key: row for row, key in enumerate(transaction["id"])}
    payout_row = {key: row for row, key in enumerate(payout["id"])}
    gone: set[str] = set()

    def fault(document: Document) -> bool:
        row = row_of.get(site.value("stripe.charge", document.key, "balance_transaction_id"))
        if row is None or transaction["currency"][row].upper() != site.currency:
            return False
        net, fee, key = transaction["net"][row], transaction["fee"][row], transaction["id"][row]
        day = site.fee_day(transaction["created"][row])
        swept = payout_of.get(key)
        journals = [
            site.journal_of.get((kind, swept)) for kind in ("payout_sent", "payout_arrived")
        ]
        fees = site.journal_of.get(("processor_fee", day))
        if {day, swept} & site.used or swept not in lines or None in journals or fees is None:
            return False
        if site.events_of[swept] != PAYOUT_EVENTS or payout["amount"][payout_row[swept]] <= net:
            return False
        site.used.update((day, swept))
        gone.add(key)
        _lower_payout(transaction, payout, bank, row_of, payout_row[swept], lines[swept], net)
        for journal, amount in [(journals[0], net), (journals[1], net), (fees, fee)]:
            _shrink(site.ledger, journal, amount)
        amount = decimal_amount(site.value("stripe.charge", document.key, "amount"))
        return site.label(
            "stripe.charge", document.key, cause, amount, site.currency, document.key
        )

    candidates = [
        document
        for document in site.single("payment")
        if site.value("stripe.charge", document.key, "currency").upper() == site.currency
    ]
    site.plant(candidates, rate, _root, fault)
    lost = {row for row, key in enumerate(mapping["balance_transaction_id"]) if key in gone}
    site.changed["stripe.payout_balance_transaction"] = without(mapping, lost)
    rows = {row_of[key] for key in gone}
    site.changed["stripe.balance_transaction"] = without(transaction, rows)


def _lower_payout(
    transaction: Table,
    payout: Table,
    bank: Table,
    row_of: dict[str, int],
    payout_row: int,
    bank_row: int,
    amount: int,
) -> None:
    """Take an amount out of a payout, its own transaction and its deposit."""
    payout["amount"][payout_row] -= amount
    own = row_of.get(payout["balance_transaction_id"][payout_row])
    if own is not None:
        transaction["amount"][own] += amount
        transaction["net"][own] += amount
    digits = exponent(payout["currency"][payout_row])
    bank["amount"][bank_row] -= decimal_amount(amount, digits)


def _shrink(ledger: FaultLedger, journal: int, amount: int) -> None:
    """Lower a two-line journal by an amount; nothing left means no journal."""
    amounts = ledger.amounts(journal)
    size = max(amounts.values()) - amount
    if size:
        ledger.set_amounts(journal, _resized(amounts, size))
    else:
        ledger.drop(journal)


def _add_manual(
    site: _Site, rate: float, cause: str, texts: tuple[str, ...], pairs: tuple[tuple[str, str], ...]
) -> None:
    """Add manual journals: a debit and a credit on one of the pairs of accounts."""
    count = len(site.tables["xero.journal"]["journal_id"])
    like = site.single("payment") or site.single("invoice_finalised")
    if not like:
        return

    def fault(number: int) -> bool:
        debit, credit = pairs[number % len(pairs)]
        amount = site.random.randint(5_000, 95_000)
        text = site.random.choice(texts)
        day = site.day_between()
        journal = site.ledger.add_manual(
            like[0].journal, day, text, {debit: amount, credit: -amount}, len(site.labels) + 1
        )
        return site.label_journal(journal, cause, "")

    site.plant(list(range(count)), rate, lambda number: f"{cause} {number}", fault)


def _manual_journal(site: _Site, rate: float, cause: str) -> None:
    texts = ("Year-end adjustment", "Accrual correction", "Reclass as agreed with controller")
    _add_manual(site, rate, cause, texts, ((AR, REVENUE), (DEFERRED, REVENUE), (REVENUE, AR)))


def _unmapped_account(site: _Site, rate: float, cause: str) -> None:
    account = site.edit("xero.account")
    if SUSPENSE not in account["code"]:
        values = {"account_id": "5a5a0000-acc0-4000-8000-000000009999", "code": SUSPENSE,
                  "name": "Suspense", "type": "CURRENT", "class": "ASSET"}  # fmt: skip
        for name, column in account.items():
            column.append(values.get(name, column[-1]))
    site.ledger.account[SUSPENSE] = (
        account["account_id"][account["code"].index(SUSPENSE)], "Suspense", "CURRENT"
    )  # fmt: skip
    _add_manual(site, rate, cause, ("To be clarified",), ((SUSPENSE, OPERATING),))


FAULTS: dict[str, Callable[[_Site, float, str], None]] = {
    "payment_marked_paid_without_charge": _unbacked_charge,
    "dispute_not_recorded": _drop_dispute,
    "write_off_not_recorded": _drop_write_off,
    "refund_not_recorded": _drop_refund,
    "credit_note_not_recorded": _drop_credit_note,
    "payout_not_received": _lose_deposit,
    "unknown_currency": _overwrite_currency,
    "fee_not_recorded": _drop_fees,
    "fx_timing": _other_rate,
    "currency_not_converted": _unconverted,
    "fee_not_stripped": _keep_fee,
    "partial_payment": _half_paid,
    "tax_in_revenue": _tax_in_revenue,
    "wrong_account": _wrong_account,
    "wrong_customer": _wrong_customer,
    "payment_not_recorded": _drop_payment,
    "transposed_digits": _transpose,
    "rounding": _round_off,
    "cut_off": _cut_off,
    "decimal_slip": _slip_decimal,
    "sign_flipped": _flip_sign,
    "duplicate_recorded": _duplicate,
    "invoice_not_recorded": _drop_invoice,
    "manual_journal": _manual_journal,
    "unmapped_account": _unmapped_account,
    "unknown": _unexplained_deposit,
}
"""How each cause is planted, those with the fewest documents first."""

DEFAULT_RATES: dict[str, float] = {
    "payment_marked_paid_without_charge": 0.006,
    "dispute_not_recorded": 0.05,
    "write_off_not_recorded": 0.05,
    "refund_not_recorded": 0.04,
    "credit_note_not_recorded": 0.04,
    "payout_not_received": 0.008,
    "unknown_currency": 0.006,
    "fee_not_recorded": 0.01,
    "fx_timing": 0.008,
    "currency_not_converted": 0.005,
    "fee_not_stripped": 0.006,
    "partial_payment": 0.005,
    "tax_in_revenue": 0.005,
    "wrong_account": 0.004,
    "wrong_customer": 0.004,
    "payment_not_recorded": 0.005,
    "transposed_digits": 0.004,
    "rounding": 0.004,
    "cut_off": 0.0025,
    "decimal_slip": 0.0015,
    "sign_flipped": 0.0015,
    "duplicate_recorded": 0.0025,
    "invoice_not_recorded": 0.004,
    "manual_journal": 0.001,
    "unmapped_account": 0.0005,
    "unknown": 0.006,
}
"""Share of the documents that could have a fault which do; about 3 % of all documents together."""
