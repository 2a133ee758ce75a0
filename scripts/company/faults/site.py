"""The tables under attack: which documents are left, what has been used, and the labels so far."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from ..fault_ledger import Document, FaultLedger, Tables, find_documents
from ..ledger_rules import Rates, Table
from ..ledger_xero import decimal_amount

Labels = list[dict[str, Any]]
Closes = Mapping[str, datetime]
"""{month as YYYY-MM: the moment (UTC) at which its books were closed}; other months stay open."""

QUIET_DAYS = 10
LEAST = 1

SINGLE_EVENTS = frozenset({
    "invoice_finalised", "payment", "refund", "credit_note_issued", "customer_balance_applied",
})  # fmt: skip
PAYOUT_EVENTS = frozenset({"payout_sent", "payout_arrived"})
PAYPAL_PAYOUT_EVENTS = frozenset({"paypal_payout_sent", "paypal_payout_arrived"})
AR, CLEARING, EXTERNAL, DEFERRED, TAX, REVENUE = "1100", "1200", "1220", "2100", "2200", "4000"
PAYPAL = "paypal.transaction"
OPERATING, BALANCES, SUSPENSE, FX = "1010", "2150", "9999", "7000"


class Site:
    """The tables under attack: documents by kind, what has been used, and the labels so far."""

    def __init__(
        self,
        tables: Tables,
        seed: int,
        day_of: Callable[[datetime], int] = datetime.toordinal,
        closes: Closes | None = None,
    ) -> None:
        self.tables = tables
        self.day_of = day_of
        self.closes = closes or {}
        self.changed: Tables = {}
        self.random = Random(seed)
        self.ledger = FaultLedger(tables)
        self.labels: Labels = []
        self.used: set[str] = set()
        documents = find_documents(tables, self.ledger)
        self.last_day = max(tables["xero.journal"]["journal_date"], default=date(1970, 1, 1))
        self.limit = self.last_day - timedelta(days=QUIET_DAYS)
        self.first_day = min((document.day for document in documents), default=self.limit)
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

    def fee_day(self, moment: datetime, source: str = "stripe") -> str:
        """Return the key of a processor's fee journal of a moment's accounting day."""
        return f"processor_fee:{source}:{date.fromordinal(self.day_of(moment))}"

    def value(self, table: str, key: str, column: str) -> Any:
        """Return one column of one raw row, found by id."""
        return self.tables[table][column][self.row_of(table, key)]

    def row_of(self, table: str, key: str) -> int:
        """Return the row of an id in a raw table as it was landed."""
        if table not in self._rows:
            ids = self.tables[table]["id"]
            self._rows[table] = {value: row for row, value in enumerate(ids)}
        return self._rows[table][key]

    def single(self, *kinds: str) -> list[Document]:
        """Return the documents of these kinds that have one journal and no more."""
        return [
            document
            for kind in kinds
            for document in self.by_kind[kind]
            if self.journals_of[document.key] == 1
        ]

    def domestic_payments(self) -> list[Document]:
        """Return card payments in the ledger's own currency, captured in full."""
        return [
            document
            for document in self.single("payment")
            if self.value("stripe.charge", document.key, "currency").upper() == self.currency
            and self.value("stripe.charge", document.key, "amount")
            == self.value("stripe.charge", document.key, "amount_captured")
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
        most: int | None = None,
    ) -> None:
        """Try candidates in random order until enough of them have taken the fault.

        `fault` changes the candidate and returns True, or returns False and changes nothing.
        """
        wanted = max(LEAST, round(rate * len(candidates)))
        wanted = wanted if most is None else min(wanted, most)
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

        self.plant(candidates, rate, root_of, fault)

    def was_closed(self, day: date, moment: datetime) -> bool:
        """Return whether the books of a day's month were closed at a moment."""
        closed_at = self.closes.get(f"{day:%Y-%m}")
        return closed_at is not None and closed_at <= moment

    def edit(self, table: str) -> Table:
        """Return a raw table whose columns may be changed."""
        if table not in self.changed:
            self.changed[table] = {
                name: list(column) for name, column in self.tables[table].items()
            }
        return self.changed[table]

    def add_row(self, table: str, like: int | None = None, **values: Any) -> None:
        """Append a row to a raw table: the values, the rest as in the row `like` or null."""
        for name, column in self.edit(table).items():
            rest = None if like is None else column[like]
            column.append(values[name] if name in values else rest)

    def day_between(self, first_day: date | None = None) -> date:
        """Return a random day from the first document, or a later day, to the quiet days."""
        first_day = max(first_day or self.first_day, self.first_day)
        span = max(0, (self.limit - first_day).days)
        return first_day + timedelta(days=self.random.randint(0, span))


def root_of(document: Document) -> str:
    return document.root


def resized(amounts: dict[str, int], size: int) -> dict[str, int]:
    """Return a two-line journal at another size."""
    return {code: size if amount > 0 else -size for code, amount in amounts.items()}
