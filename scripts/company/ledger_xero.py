"""Writes entries as Xero tables, with the harmless variety that real ledgers have.

Amounts are decimals in major units, journals in the functional currency with debits positive.
Nothing here changes an amount in total: references are quoted in other words, some payments are
posted late within their month, some refunds name only the customer, some invoices are posted as
entry, reversal and re-entry, some split the deferred revenue over two lines.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from .ledger_invoices import Entry, InvoiceBook, Lines
from .ledger_rules import Rates, Table, exponent, month_end, month_label, month_of

ACCOUNTS = (
    ("1000", "Stripe Receipts Bank", "BANK", "ASSET", "cash"),
    ("1010", "Operating Bank", "BANK", "ASSET", "operating_bank"),
    ("1100", "Accounts Receivable", "CURRENT", "ASSET", "accounts_receivable"),
    ("1150", "Unbilled Receivable", "CURRENT", "ASSET", "unbilled_receivable"),
    ("1200", "Stripe Clearing", "CURRENT", "ASSET", "processor_clearing"),
    ("1205", "PayPal Clearing", "CURRENT", "ASSET", "paypal_clearing"),
    ("1210", "Payouts in Transit", "CURRENT", "ASSET", "cash_in_transit"),
    ("1220", "Payments Outside Stripe", "CURRENT", "ASSET", "external_clearing"),
    ("1230", "Processor Reserves", "CURRENT", "ASSET", "processor_reserves"),
    ("2100", "Deferred Revenue", "CURRLIAB", "LIABILITY", "deferred_revenue"),
    ("2150", "Customer Balances", "CURRLIAB", "LIABILITY", "customer_balance"),
    ("2160", "Payable to Partners", "CURRLIAB", "LIABILITY", "passthrough_payable"),
    ("2200", "Sales Tax Payable", "CURRLIAB", "LIABILITY", "tax_payable"),
    ("4000", "Subscription Revenue", "REVENUE", "REVENUE", "revenue"),
    ("4900", "Refunds", "REVENUE", "REVENUE", "refunds"),
    ("4910", "Credit Notes", "REVENUE", "REVENUE", "credit_notes"),
    ("4920", "Voided Invoices", "REVENUE", "REVENUE", "voids"),
    ("4930", "Disputes", "REVENUE", "REVENUE", "disputes"),
    ("4940", "Bad Debt", "EXPENSE", "EXPENSE", "bad_debt"),
    ("4950", "Recoveries", "REVENUE", "REVENUE", "recoverables"),
    ("4960", "Other Loss", "EXPENSE", "EXPENSE", "other_loss"),
    ("6000", "Wages", "EXPENSE", "EXPENSE", "wages"),
    ("6050", "Rent", "EXPENSE", "EXPENSE", "rent"),
    ("6100", "Processing Fees", "EXPENSE", "EXPENSE", "processing_fees"),
    ("6105", "PayPal Fees", "EXPENSE", "EXPENSE", "paypal_fees"),
    ("6110", "Dispute Fees", "EXPENSE", "EXPENSE", "dispute_fees"),
    ("6120", "Bank Fees", "EXPENSE", "EXPENSE", "bank_fees"),
    ("6200", "Promotional Credits", "EXPENSE", "EXPENSE", "promotional_credits"),
    ("7000", "Foreign Exchange", "EXPENSE", "EXPENSE", "fx_gain_loss"),
)
"""(code, name, type, class, purpose) of the chart of accounts."""

QUOTES = {
    "invoice_finalised": ("ACCREC", "{}", "Invoice"),
    "payment": ("ACCRECPAYMENT", "{}", "Payment"),
    "payment_recovered": ("ACCRECPAYMENT", "{}", "Payment"),
    "payment_out_of_band": ("ACCRECPAYMENT", "{} paid outside Stripe", "Invoice"),
    "payment_recovered_out_of_band": ("ACCRECPAYMENT", "{} paid outside Stripe", "Invoice"),
    "refund": ("CASHPAID", "{}", "Refund"),
    "refund_failed": ("CASHREC", "{}", "Refund returned"),
    "credit_note_issued": ("ACCRECCREDIT", "{}", "Credit note"),
    "credit_note_voided": ("ACCRECCREDIT", "{}", "Voided credit note"),
    "invoice_voided": ("MANJOURNAL", "Void {}", "Journal"),
    "invoice_uncollectible": ("MANJOURNAL", "Write-off {}", "Journal"),
    "dispute_opened": ("MANJOURNAL", "{}", "Dispute"),
    "dispute_won": ("MANJOURNAL", "{}", "Dispute won"),
    "dispute_fee": ("MANJOURNAL", "{}", "Dispute fee"),
    "customer_balance_granted": ("MANJOURNAL", "{}", "Credit granted"),
    "customer_balance_applied": ("MANJOURNAL", "{}", "Credit applied"),
    "payout_sent": ("TRANSFER", "{}", "Payout"),
    "payout_arrived": ("TRANSFER", "{}", "Payout"),
    "payout_failed": ("TRANSFER", "{}", "Payout returned"),
    "payout_returned": ("TRANSFER", "{}", "Payout returned"),
    "processor_fee": ("MANJOURNAL", "{}", ""),
    "processor_topup": ("TRANSFER", "{}", "Top-up"),
    "processor_reserve": ("MANJOURNAL", "{}", "Reserve"),
    "processor_transfer": ("MANJOURNAL", "{}", "Transfer"),
    "processor_conversion": ("MANJOURNAL", "{}", "Conversion"),
    "bank_fee": ("MANJOURNAL", "{}", ""),
    "external_payment_received": ("CASHREC", "{}", "Receipt"),
    "revenue_recognised": ("MANJOURNAL", "Revenue recognition {}", ""),
}
"""{event type: (journal source type, reference, word that a bookkeeper may put before it)}."""

REWORDED_SHARE = 0.12
LATE_PAYMENT_SHARE = 0.05
UNREFERENCED_REFUND_SHARE = 0.10
EDITED_INVOICE_SHARE = 0.004
SPLIT_INVOICE_SHARE = 0.004
TWIN_REFUND_DAYS = 10

Journal = tuple[int, datetime, str, str, str, str, Lines]
"""(day, created, reference, source id, source type, line description, lines)."""

_amounts: dict[int, Decimal] = {}


def decimal_amount(minor: int, digits: int = 2) -> Decimal:
    """Return minor units as an exact decimal in major units."""
    if digits != 2:
        return Decimal(minor).scaleb(-digits)
    found = _amounts.get(minor)
    if found is None:
        found = _amounts[minor] = Decimal(minor).scaleb(-2)
    return found


def account_rows() -> dict[str, tuple[str, str, str, str]]:
    """Return {purpose: (account id, code, name, type)}."""
    return {
        purpose: (xero_id("acc0", int(code)), code, name, kind)
        for code, name, kind, _, purpose in ACCOUNTS
    }


def xero_id(kind: str, number: int) -> str:
    """Return a stable identifier; `kind` is four hexadecimal digits. Shorter than Xero's own."""
    return f"{kind}-{number:08x}"


def write_books(
    tables: dict[str, Table],
    entries: list[Entry],
    invoices: list[tuple[int, InvoiceBook]],
    seed: int,
    as_of: date,
    rates: Rates,
) -> dict[str, Table]:
    """Return the xero.* tables for the entries (sorted in place) and the invoices behind them."""
    synced = datetime.combine(as_of + timedelta(days=1), time(12))
    contacts, contact_ids = _contacts(tables["stripe.customer"], synced)
    documents, document_lines, invoice_ids = _invoices(
        tables, invoices, contact_ids, rates, synced
    )
    journals = _journals(entries, invoice_ids, Random(f"{seed}:books"), as_of.toordinal())
    journals.sort(key=lambda journal: journal[:5])
    heads, lines = _journal_tables(journals, synced)
    return {
        "xero.account": _accounts(rates.functional, synced),
        "xero.organization": _organization(rates.functional, synced),
        "xero.contact": contacts,
        "xero.invoice": documents,
        "xero.invoice_line_item": document_lines,
        "xero.journal": heads,
        "xero.journal_line": lines,
    }


def _accounts(currency: str, synced: datetime) -> Table:
    codes, names, kinds, classes, _ = (list(column) for column in zip(*ACCOUNTS))
    count = len(codes)
    return {
        "account_id": [xero_id("acc0", int(code)) for code in codes],
        "code": codes,
        "name": names,
        "type": kinds,
        "class": classes,
        "status": ["ACTIVE"] * count,
        "tax_type": ["NONE"] * count,
        "currency_code": [currency if kind == "BANK" else None for kind in kinds],
        "_fivetran_synced": [synced] * count,
    }


def _organization(currency: str, synced: datetime) -> Table:
    return {
        "organisation_id": [xero_id("0a90", 1)],
        "name": ["Demo Company"],
        "legal_name": ["Demo Company Inc."],
        "base_currency": [currency],
        "country_code": ["US"],
        "organisation_status": ["ACTIVE"],
        "_fivetran_synced": [synced],
    }


def _contacts(customer: Table, synced: datetime) -> tuple[Table, dict[str, str]]:
    """Return the contact table and {Stripe customer: contact id}, customers in id order."""
    live = customer["livemode"]
    rows = [row for row in range(len(customer["id"])) if live[row] is not False]
    rows.sort(key=customer["id"].__getitem__)
    ids = [xero_id("c0c0", number) for number in range(1, len(rows) + 1)]
    customers = [customer["id"][row] for row in rows]
    deleted = [bool(customer["is_deleted"][row]) for row in rows]
    currencies = [customer["currency"][row] for row in rows]
    table = {
        "contact_id": ids,
        "name": [customer["name"][row] for row in rows],
        "account_number": customers,
        "email_address": [customer["email"][row] for row in rows],
        "contact_status": ["ARCHIVED" if gone else "ACTIVE" for gone in deleted],
        "default_currency": [currency and currency.upper() for currency in currencies],
        "_fivetran_deleted": [False] * len(rows),
        "_fivetran_synced": [synced] * len(rows),
    }
    return table, dict(zip(customers, ids))


def _invoices(
    tables: dict[str, Table],
    invoices: list[tuple[int, InvoiceBook]],
    contact_ids: dict[str, str],
    rates: Rates,
    synced: datetime,
) -> tuple[Table, Table, dict[str, str]]:
    """Return the Xero invoices, their lines, and {Stripe invoice: Xero invoice id}."""
    source = tables["stripe.invoice"]
    descriptions = _line_descriptions(tables["stripe.invoice_line_item"])
    heads, lines, ids = [], [], {}
    for number, (row, book) in enumerate(invoices, 1):
        invoice_id = ids[source["id"][row]] = xero_id("1a00", number)
        currency = source["currency"][row].upper()
        digits, day = exponent(currency), date.fromordinal(book.booked_day)
        due, paid_at = source["due_date"][row], source["status_transitions_paid_at"][row]
        status = "PAID" if not book.open else "AUTHORISED"
        if source["status"][row] == "void":
            status = "VOIDED"
        tax = sum(book.tax)
        credited = source["pre_payment_credit_notes_amount"][row] or 0
        heads.append((
            invoice_id, "ACCREC", status, source["number"][row], source["id"][row],
            contact_ids.get(source["customer_id"][row]), day, day if due is None else due.date(),
            paid_at and paid_at.date(), currency, _currency_rate(rates, currency, book.booked_day),
            decimal_amount(book.total - tax, digits), decimal_amount(tax, digits),
            decimal_amount(book.total, digits), decimal_amount(book.open, digits),
            decimal_amount(book.total - book.open - credited, digits),
            decimal_amount(credited, digits),
        ))  # fmt: skip
        own = descriptions.get(source["id"][row], ())
        for net, line_tax, (_, text, quantity) in zip(book.net, book.tax, own):
            amount = decimal_amount(net, digits)
            lines.append((
                xero_id("1a01", len(lines) + 1), invoice_id, "2100", text, quantity or 1,
                amount if not quantity or quantity == 1 else round(amount / quantity, 4), amount,
                decimal_amount(line_tax, digits), "OUTPUT" if line_tax else "NONE",
            ))  # fmt: skip
    head_names = (
        "invoice_id", "type", "status", "invoice_number", "reference", "contact_id", "date",
        "due_date", "fully_paid_on_date", "currency_code", "currency_rate", "sub_total",
        "total_tax", "total", "amount_due", "amount_paid", "amount_credited",
    )  # fmt: skip
    line_names = (
        "line_item_id", "invoice_id", "account_code", "description", "quantity", "unit_amount",
        "line_amount", "tax_amount", "tax_type",
    )  # fmt: skip
    documents = _table(head_names, heads)
    documents["updated_date_utc"] = [synced - timedelta(hours=1)] * len(heads)
    documents["_fivetran_synced"] = [synced] * len(heads)
    items = _table(line_names, lines)
    items["quantity"] = [Decimal(quantity) for quantity in items["quantity"]]
    items["_fivetran_synced"] = [synced] * len(lines)
    return documents, items, ids


def _line_descriptions(line: Table) -> dict[str, list[tuple[str, str, int]]]:
    """Return {invoice: [(unique_id, description, quantity)]}, in unique_id order."""
    by_invoice: dict[str, list] = defaultdict(list)
    for key, unique_id, text, quantity in zip(
        line["invoice_id"], line["unique_id"], line["description"], line["quantity"]
    ):
        by_invoice[key].append((unique_id, text, quantity))
    for own in by_invoice.values():
        own.sort(key=lambda item: item[0])
    return by_invoice


def _currency_rate(rates: Rates, currency: str, day: int) -> Decimal:
    """Return units of the currency per unit of the functional currency, six decimals."""
    if currency == rates.functional:
        return Decimal("1.000000")
    rate = rates.per_euro(currency, day) / rates.per_euro(rates.functional, day)
    return rate.quantize(Decimal("0.000001"))


def _table(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Table:
    """Return rows as columns."""
    columns = [list(column) for column in zip(*rows)] or [[] for _ in names]
    return dict(zip(names, columns))


def _journals(
    entries: list[Entry], invoice_ids: dict[str, str], random: Random, as_of: int
) -> list[Journal]:
    """Return the journals of the entries, in the order of the entries' events."""
    entries.sort(key=lambda entry: entry[:4])
    anonymous = _refunds_without_reference(entries, random, as_of)
    journals: list[Journal] = []
    invoice_count = 0
    draw = random.random
    for position, (day, moment, kind, key, quote, customer, lines) in enumerate(entries):
        lines = [line for line in lines if line[1]]
        if not lines:
            continue
        source_type, form, word = QUOTES[kind]
        reference, text, posted = form.format(quote), "", day
        source_id = f"{kind}:{key}"
        if kind == "invoice_finalised":
            source_id, invoice_count = invoice_ids[key], invoice_count + 1
        if position in anonymous:
            posted = anonymous[position]
            reference, text = "", f"Refund to customer {customer}"
        elif word and draw() < REWORDED_SHARE:
            reference = _reworded(reference, word, random)
        if source_type == "ACCRECPAYMENT" and draw() < LATE_PAYMENT_SHARE:
            late = day + random.randint(1, 3)
            posted = late if late <= min(as_of, month_end(month_of(day))) else day
        if posted > day:
            moment = datetime.combine(date.fromordinal(posted), time(8))
        created = moment + timedelta(seconds=int(3600 + draw() * 14400))
        journal = (posted, created, reference, source_id, source_type, text, lines)
        if kind != "invoice_finalised":
            journals.append(journal)
        elif _happens(draw(), EDITED_INVOICE_SHARE, invoice_count):
            journals += _edited(journal)
        elif lines[1][0] == "deferred_revenue" and _happens(
            draw(), SPLIT_INVOICE_SHARE, invoice_count + 5
        ):
            journals.append((*journal[:6], _split(lines, random)))
        else:
            journals.append(journal)
    journals += _overheads(entries, random, as_of)
    return journals


def _happens(drawn: float, share: float, count: int) -> bool:
    """Return whether a rare variation takes this document; every 60th of the first 180 does."""
    return drawn < share or (count < 180 and count % 60 == 20)


def _reworded(reference: str, word: str, random: Random) -> str:
    """Return the reference as someone else would have typed it."""
    form = random.randrange(5)
    if form == 0:
        return f"{word} {reference.upper()} "
    if form == 1:
        return f"{word} {reference}"
    if form == 2:
        return f" {reference} "
    if form == 3:
        return reference.upper()
    return f"{word}: {reference.lower()}"


def _edited(journal: Journal) -> list[Journal]:
    """Return an invoice posted, taken back and posted again within minutes."""
    day, created, *texts, lines = journal
    reversed_lines = [(role, -amount) for role, amount in lines]
    minutes = timedelta(minutes=4)
    return [
        journal,
        (day, created + minutes, *texts, reversed_lines),
        (day, created + 2 * minutes, *texts, lines),
    ]


def _split(lines: Lines, random: Random) -> Lines:
    """Return the lines with the deferred revenue in two parts."""
    role, amount = lines[1]
    part = int(amount * random.uniform(0.2, 0.8))
    if part in (0, amount):
        return lines
    return [lines[0], (role, part), (role, amount - part), *lines[2:]]


def _refunds_without_reference(
    entries: list[Entry], random: Random, as_of: int
) -> dict[int, int]:
    """Return {position of a refund: day posted} for refunds that quote only the customer.

    None is chosen whose customer has another refund of the same amount within ten days.
    """
    by_customer: dict[tuple[str, int], list[int]] = defaultdict(list)
    refunds, failed = [], set()
    for position, entry in enumerate(entries):
        if entry[2] == "refund":
            by_customer[entry[5], _cleared(entry)].append(entry[0])
            refunds.append(position)
        elif entry[2] == "refund_failed":
            failed.add(entry[3])
    chosen = {}
    for number, position in enumerate(refunds):
        entry = entries[position]
        day = entry[0]
        wanted = random.random() < UNREFERENCED_REFUND_SHARE or number == 4
        moved = day + random.randint(-2, 2)
        days = by_customer[entry[5], _cleared(entry)]
        first = bisect_left(days, day - TWIN_REFUND_DAYS)
        alone = bisect_left(days, day + TWIN_REFUND_DAYS + 1) - first == 1
        if wanted and alone and entry[3] not in failed and entry[5]:
            same_month = month_of(moved) == month_of(day) and moved <= as_of
            chosen[position] = moved if same_month else day
    return chosen


def _cleared(entry: Entry) -> int:
    """Return what an entry moves on a processor's balance."""
    clearing = ("processor_clearing", "paypal_clearing")
    return sum(amount for role, amount in entry[6] if role in clearing)


def _overheads(entries: list[Entry], random: Random, as_of: int) -> list[Journal]:
    """Return rent and wages for the months of the books, none of them about revenue."""
    if not entries:
        return []
    journals = []
    for month in range(month_of(entries[0][0]), month_of(as_of) + 1):
        for role, name, day in (
            ("rent", "Office rent", month_end(month - 1) + 1),
            ("wages", "Payroll", month_end(month - 1) + 25),
        ):
            if day > as_of:
                continue
            amount = 450_000 if role == "rent" else 3_800_000 + random.randrange(400_000)
            label = month_label(month)
            created = datetime.combine(date.fromordinal(day), time(9))
            lines = [(role, amount), ("operating_bank", -amount)]
            journals.append(
                (day, created, f"{name} {label}", f"{role}:{label}", "MANJOURNAL", name, lines)
            )
    return journals


def _journal_tables(journals: list[Journal], synced: datetime) -> tuple[Table, Table]:
    """Return the journal and journal line tables; journals are numbered in the order given."""
    journal_ids, roles, amounts, texts = [], [], [], []
    for number, journal in enumerate(journals, 1):
        journal_id = xero_id("d0c0", number)
        for role, amount in journal[6]:
            journal_ids.append(journal_id)
            roles.append(role)
            amounts.append(decimal_amount(amount))
            texts.append(journal[5] or None)
    count, size = len(journals), len(roles)
    sources: dict[str, str] = {}
    heads = {
        "journal_id": [xero_id("d0c0", number) for number in range(1, count + 1)],
        "journal_number": list(range(1, count + 1)),
        "journal_date": [date.fromordinal(journal[0]) for journal in journals],
        "created_date_utc": [journal[1] for journal in journals],
        "reference": [journal[2] or None for journal in journals],
        "source_id": [_source_id(journal[3], sources) for journal in journals],
        "source_type": [journal[4] for journal in journals],
        "_fivetran_synced": [synced] * count,
    }
    account = account_rows()
    lines = {
        "journal_line_id": [xero_id("d11e", number) for number in range(1, size + 1)],
        "journal_id": journal_ids,
        "account_id": [account[role][0] for role in roles],
        "account_code": [account[role][1] for role in roles],
        "account_name": [account[role][2] for role in roles],
        "account_type": [account[role][3] for role in roles],
        "net_amount": amounts,
        "gross_amount": list(amounts),
        "tax_amount": [decimal_amount(0)] * size,
        "tax_type": ["NONE"] * size,
        "tax_name": [None] * size,
        "description": texts,
        "_fivetran_synced": [synced] * size,
    }
    return heads, lines


def _source_id(key: str, known: dict[str, str]) -> str:
    """Return the Xero id of the document behind a journal: its own, or one numbered by its key."""
    if ":" not in key:
        return key
    if key not in known:
        known[key] = xero_id("50c0", len(known) + 1)
    return known[key]
