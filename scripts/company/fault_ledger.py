"""A ledger open for tampering: its journals, the documents they speak of, and edits to both.

Amounts are whole cents with debits positive. A document is recognised by what the journal quotes,
whatever its case or the words around it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, timedelta
from typing import Any, NamedTuple

from .ledger_rules import Table
from .ledger_xero import decimal_amount, xero_id

Tables = dict[str, Table]

_FEE_DAY = re.compile(r"(stripe|paypal) fees (\d{4}-\d\d-\d\d)", re.IGNORECASE)
_FEE_KINDS = {"stripe": "processor_fee", "paypal": "paypal_fee"}

SECOND_EVENTS = {
    "credit_note_issued": "credit_note_voided",
    "payout_sent": "payout_failed",
    "payout_arrived": "payout_returned",
    "paypal_payout_sent": "paypal_payout_failed",
    "paypal_payout_arrived": "paypal_payout_returned",
}
"""Events whose second journal looks like the first, and is its reversal."""


_MOVEMENTS = frozenset({"reserve_transaction", "topup", "transfer"})
_EVENT_OF_TABLE = {"balance_transaction": "processor_movement", "bank": "bank_fee"}


class Document(NamedTuple):
    """One journal and the document behind it.

    `root` is the invoice of the document, or the document itself: two faults never share one.
    """

    journal: int
    kind: str
    key: str
    root: str
    day: date


class FaultLedger:
    """The journals and their lines, with edits applied on `write`."""

    def __init__(self, tables: Tables) -> None:
        self.journal = {name: list(column) for name, column in tables["xero.journal"].items()}
        self.line = {name: list(column) for name, column in tables["xero.journal_line"].items()}
        account = tables["xero.account"]
        self.account = {
            code: (account_id, name, kind)
            for code, account_id, name, kind in zip(
                account["code"], account["account_id"], account["name"], account["type"]
            )
        }
        self._position = {key: row for row, key in enumerate(self.journal["journal_id"])}
        self.rows: list[list[int]] = [[] for _ in self._position]
        for row, key in enumerate(self.line["journal_id"]):
            self.rows[self._position[key]].append(row)
        self._dropped: set[int] = set()
        self._dropped_lines: set[int] = set()
        self._last_number = max(self.journal["journal_number"], default=0)

    def amounts(self, journal: int) -> dict[str, int]:
        """Return {account code: cents} of a journal, accounts with several lines summed."""
        sums: dict[str, int] = defaultdict(int)
        codes, amounts = self.line["account_code"], self.line["net_amount"]
        for row in self.rows[journal]:
            sums[codes[row]] += int(amounts[row].scaleb(2))
        return dict(sums)

    def has_split_lines(self, journal: int) -> bool:
        """Return whether an account has several lines in the journal."""
        codes = [self.line["account_code"][row] for row in self.rows[journal]]
        return len(set(codes)) < len(codes)

    def size(self, journal: int) -> int:
        """Return the debits of a journal in cents."""
        return sum(max(amount, 0) for amount in self.amounts(journal).values())

    def set_amounts(self, journal: int, amounts: dict[str, int]) -> None:
        """Give each line the amount of its account; lines whose account is absent are dropped."""
        kept = []
        for row in self.rows[journal]:
            amount = amounts.get(self.line["account_code"][row])
            if amount is None:
                self._dropped_lines.add(row)
                continue
            kept.append(row)
            self.line["net_amount"][row] = self.line["gross_amount"][row] = decimal_amount(amount)
        self.rows[journal] = kept

    def set_account(self, journal: int, old: str, new: str) -> None:
        """Book the lines of one account to another."""
        for row in self.rows[journal]:
            if self.line["account_code"][row] == old:
                self._write_account(row, new)

    def _write_account(self, row: int, code: str) -> None:
        account_id, name, kind = self.account[code]
        self.line["account_id"][row] = account_id
        self.line["account_code"][row] = code
        self.line["account_name"][row] = name
        self.line["account_type"][row] = kind

    def move(self, journal: int, day: date) -> None:
        """Date a journal, and its entry into the system, on another day."""
        shift = day - self.journal["journal_date"][journal]
        self.journal["journal_date"][journal] = day
        self.journal["created_date_utc"][journal] += shift

    def quoting(self, pattern: re.Pattern[str]) -> dict[str, int]:
        """Return {what the pattern's group finds in a journal's reference: the journal}."""
        found = {}
        for position, reference in enumerate(self.journal["reference"]):
            match = pattern.search(reference or "")
            if match:
                found[match.group(1)] = position
        return found

    def drop(self, journal: int) -> None:
        """Take a journal out of the ledger."""
        self._dropped.add(journal)
        self._dropped_lines.update(self.rows[journal])

    def add_copy(self, journal: int, day: date, factor: int = 1) -> int:
        """Post a journal again under new ids, a factor of -1 taking it back; return the copy."""
        head = {name: column[journal] for name, column in self.journal.items()}
        head["created_date_utc"] += day - head["journal_date"] + timedelta(minutes=11)
        head["journal_date"] = day
        lines = [
            {name: column[row] for name, column in self.line.items()} for row in self.rows[journal]
        ]
        for line in lines:
            line["net_amount"] *= factor
            line["gross_amount"] *= factor
        return self._append(head, lines)

    def add_manual(
        self, like: int, day: date, reference: str, amounts: dict[str, int], number: int
    ) -> int:
        """Post a manual journal, its other columns like another journal's; return it."""
        source_id = xero_id("50c1", number)
        return self.add_entry(like, day, reference, "MANJOURNAL", source_id, amounts)

    def add_entry(
        self,
        like: int,
        day: date,
        reference: str,
        source_type: str,
        source_id: str,
        amounts: dict[str, int],
    ) -> int:
        """Post {account code: cents} with the other columns like another journal's; return it."""
        head = {name: column[like] for name, column in self.journal.items()}
        head["created_date_utc"] += day - head["journal_date"]
        head["journal_date"] = day
        head.update(reference=reference, source_type=source_type, source_id=source_id)
        pattern = {name: column[self.rows[like][0]] for name, column in self.line.items()}
        journal = self._append(head, [{**pattern, "description": None} for _ in amounts])
        for row, (code, amount) in zip(self.rows[journal], amounts.items()):
            self._write_account(row, code)
            self.line["net_amount"][row] = self.line["gross_amount"][row] = decimal_amount(amount)
        return journal

    def _append(self, head: dict[str, Any], lines: list[dict[str, Any]]) -> int:
        self._last_number += 1
        head["journal_number"] = self._last_number
        head["journal_id"] = xero_id("d0c0", self._last_number)
        for name, column in self.journal.items():
            column.append(head[name])
        rows = []
        for line in lines:
            rows.append(len(self.line["journal_id"]))
            line["journal_id"] = head["journal_id"]
            line["journal_line_id"] = xero_id("d11e", rows[-1] + 1)
            for name, column in self.line.items():
                column.append(line[name])
        self.rows.append(rows)
        return len(self.rows) - 1

    def write(self) -> Tables:
        """Return the two tables without what was dropped."""
        return {
            "xero.journal": without(self.journal, self._dropped),
            "xero.journal_line": without(self.line, self._dropped_lines),
        }


def without(table: Table, dropped: set[int]) -> Table:
    """Return a table without some of its rows."""
    if not dropped:
        return table
    kept = [row for row in range(len(next(iter(table.values())))) if row not in dropped]
    return {name: [column[row] for row in kept] for name, column in table.items()}


def find_documents(tables: Tables, ledger: FaultLedger) -> list[Document]:
    """Return every journal that quotes a document or a day of fees, in ledger order.

    The kinds of PayPal's documents begin with `paypal_`.
    """
    known, root_of = _known_references(tables)
    journal = ledger.journal
    documents, seen = [], set()
    for position, (reference, kind, day) in enumerate(
        zip(journal["reference"], journal["source_type"], journal["journal_date"])
    ):
        reference = reference or ""
        fees = _FEE_DAY.search(reference)
        if fees:
            source = fees.group(1).lower()
            key = f"processor_fee:{source}:{fees.group(2)}"
            documents.append(Document(position, _FEE_KINDS[source], key, key, day))
            continue
        words = reference.casefold().split()
        found = next((known[word] for word in words if word in known), None)
        if found is None:
            continue
        table, key = found
        event = _event_type(table, kind, words, ledger.amounts(position))
        if (event, key) in seen:
            event = SECOND_EVENTS.get(event, event)
        seen.add((event, key))
        documents.append(Document(position, event, key, root_of.get(key, key), day))
    return documents


def _known_references(tables: Tables) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Return {quoted text: (table, id)} and {document id: invoice id}."""
    known: dict[str, tuple[str, str]] = {}
    root: dict[str, str] = {}
    for table, quoted in (
        ("invoice", "number"), ("charge", "id"), ("refund", "id"), ("credit_note", "number"),
        ("dispute", "id"), ("customer_balance_transaction", "id"), ("payout", "id"),
    ):  # fmt: skip
        rows = tables[f"stripe.{table}"]
        for key, text in zip(rows["id"], rows[quoted]):
            if text:
                known[text.casefold()] = (table, key)
    for table in ("charge", "credit_note", "customer_balance_transaction"):
        rows = tables[f"stripe.{table}"]
        for key, invoice_id in zip(rows["id"], rows["invoice_id"]):
            root[key] = invoice_id or key
    for table in ("refund", "dispute"):
        rows = tables[f"stripe.{table}"]
        for key, charge_id in zip(rows["id"], rows["charge_id"]):
            root[key] = root.get(charge_id, charge_id)
    _add_others(tables, known, root)
    return known, root


def _add_others(
    tables: Tables, known: dict[str, tuple[str, str]], root: dict[str, str]
) -> None:
    """Add what PayPal and the bank know, and movements of Stripe's balance without a document."""
    transaction = tables["stripe.balance_transaction"]
    for key, kind, source in zip(
        transaction["id"], transaction["type"], transaction["source"]
    ):
        if kind in _MOVEMENTS:
            known[(source or key).casefold()] = ("balance_transaction", key)
    for name, column in (
        ("bank_statement.statement_line", "statement_line_id"),
        ("plaid.transaction", "transaction_id"),
    ):
        for key in tables.get(name, {}).get(column, ()):
            known[key.casefold()] = ("bank", key)
    if "paypal.transaction" in tables:
        rows = tables["paypal.transaction"]
        columns = ("transaction_id", "transaction_event_code", "paypal_reference_id", "custom_field")
        for key, code, _, invoice_id in zip(*(rows[name] for name in columns)):
            known[key.casefold()] = (f"paypal {code}", key)
            root[key] = invoice_id or key
        for key, reference in zip(rows["transaction_id"], rows["paypal_reference_id"]):
            if reference:
                root[key] = root.get(reference, reference)


def _paypal_event(code: str, amounts: dict[str, int]) -> str:
    """Return the event of a journal that quotes a transaction at PayPal."""
    if code in ("T0003", "T0006"):
        return "paypal_payment" if "1100" in amounts else "paypal_payment_recovered"
    if code == "T1201":
        return "paypal_dispute_won" if "4950" in amounts else "paypal_dispute_opened"
    if code in ("T0400", "T0401"):
        return "paypal_payout_arrived" if "1000" in amounts else "paypal_payout_sent"
    return "paypal_refund" if code == "T1107" else "paypal_movement"


def _event_type(table: str, source_type: str, words: list[str], amounts: dict[str, int]) -> str:
    """Return the event that a journal books, from the document it quotes and its accounts."""
    if table.startswith("paypal "):
        return _paypal_event(table.split()[1], amounts)
    if table in _EVENT_OF_TABLE:
        return _EVENT_OF_TABLE[table]
    if table == "invoice":
        if "1000" in amounts:
            return "external_payment_received"
        if source_type == "ACCREC":
            return "invoice_finalised"
        if source_type == "ACCRECPAYMENT":
            return "payment_out_of_band"
        return "invoice_voided" if "void" in words else "invoice_uncollectible"
    if table == "charge":
        return "payment" if "1100" in amounts else "payment_recovered"
    if table == "refund":
        return "refund" if source_type == "CASHPAID" else "refund_failed"
    if table == "credit_note":
        return "credit_note_issued"
    if table == "dispute":
        marks = {"6110": "dispute_fee", "4950": "dispute_won"}
        return next((marks[code] for code in amounts if code in marks), "dispute_opened")
    if table == "payout":
        return "payout_arrived" if "1000" in amounts else "payout_sent"
    return "customer_balance_applied" if "1100" in amounts else "customer_balance_granted"
