"""When a row of every raw table came to be, and what its columns showed before they ended as they did.

Only what has a time of its own in the data is told here. A column that no rule names (a name, a text, a price) is
shown from the first day as it ended.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Callable, NamedTuple


class Lookup(NamedTuple):
    """A moment in another table: of the row whose `key` is what `reference` holds here."""

    reference: str
    table: str
    key: str
    moment: "Moment"


class Later(NamedTuple):
    """Some time after another moment."""

    moment: "Moment"
    wait: dt.timedelta


Moment = "str | Lookup | Later"
"""A column with a timestamp or a date, or where to find one."""


class Of(NamedTuple):
    """The value that another column of the row ends with."""

    column: str


class Tally(NamedTuple):
    """A running sum: rows of `table` whose `reference` is this row's key each add `sign` times their `amount`."""

    column: str
    table: str
    reference: str
    moment: Any
    amount: str
    sign: int
    only: dict[str, str]


OWN = object()
"""What the row itself holds in the end."""

_CREATED, _FINALIZED = "created", "status_transitions_finalized_at"
_VOIDED, _PAID = "status_transitions_voided_at", "status_transitions_paid_at"
_UNCOLLECTIBLE = "status_transitions_marked_uncollectible_at"
_INVOICE = Lookup("invoice_id", "stripe.invoice", "id", _CREATED)
_PAID_OUT = Lookup("payout_id", "stripe.payout", "id", _CREATED)
_MOVED_BACK = Lookup("failure_balance_transaction_id", "stripe.balance_transaction", "id", _CREATED)
_BOOKED = Lookup("invoice_id", "xero.journal", "source_id", "created_date_utc")
_BILLED_VOID = Lookup("reference", "stripe.invoice", "id", _VOIDED)

# The first moment that a row has; a table that is not named takes GENERAL_BIRTHS, a row without any the first day.
BIRTHS: dict[str, tuple[Any, ...]] = {
    "stripe.subscription_history": ("_fivetran_start",),
    "stripe.invoice_line_item": (_INVOICE,),
    "stripe.discount": (_INVOICE, "start"),
    "stripe.credit_note_line_item": (Lookup("credit_note_id", "stripe.credit_note", "id", _CREATED),),
    "stripe.payout_balance_transaction": (_PAID_OUT,),
    "stripe.meter_event_summary": ("end_time",),
    "xero.contact": (Lookup("account_number", "stripe.customer", "id", _CREATED),),
    "xero.invoice": (_BOOKED, "date"),
    "xero.invoice_line_item": (
        _BOOKED, Lookup("invoice_id", "xero.invoice", "invoice_id", "date"),
    ),
    "xero.journal": ("created_date_utc", "journal_date"),
    "xero.journal_line": (
        Lookup("journal_id", "xero.journal", "journal_id", "created_date_utc"),
        Lookup("journal_id", "xero.journal", "journal_id", "journal_date"),
    ),
    "bank_statement.statement_line": ("posted_date",),
    "plaid.transaction": ("date",),
    "paypal.transaction": ("transaction_initiation_date",),
    "ecb.exchange_rate": ("rate_date",),
    "agreements.agreement_tier": (
        Lookup("agreement_line_id", "agreements.agreement_line", "agreement_line_id", "updated_at"),
        Lookup("agreement_line_id", "agreements.agreement_line", "agreement_line_id", "effective_from"),
    ),
    "psa.invoice_line": (
        Lookup("invoice_number", "stripe.invoice", "number", _FINALIZED),
        "period_start",
    ),
}
GENERAL_BIRTHS = (
    "recorded_at", "updated_at", "finished_at", "occurred_at", "created", "created_at", "end_time", "count_date",
    "effective_from",
)

# {table: {column: (value at birth, (moment, value from then on), ...)}}
HISTORIES: dict[str, dict[str, tuple[Any, ...]]] = {
    "stripe.subscription_history": {
        "_fivetran_active": (True, ("_fivetran_end", OWN)),
        "_fivetran_end": (dt.datetime(9999, 12, 31, 23, 59, 59), ("_fivetran_end", OWN)),
    },
    "stripe.invoice": {
        "number": (None, (_FINALIZED, OWN)),
        "status": (
            "draft", (_FINALIZED, "open"), (_UNCOLLECTIBLE, "uncollectible"), (_PAID, "paid"), (_VOIDED, "void"),
        ),
        _FINALIZED: (None, (_FINALIZED, OWN)),
        _UNCOLLECTIBLE: (None, (_UNCOLLECTIBLE, OWN)),
        _PAID: (None, (_PAID, OWN)),
        _VOIDED: (None, (_VOIDED, OWN)),
        "due_date": (None, (_FINALIZED, OWN)),
        "starting_balance": (0, (_FINALIZED, OWN)),
        "ending_balance": (None, (_FINALIZED, OWN)),
        "amount_paid": (0, (_PAID, OWN)),
        "paid": (False, (_PAID, OWN)),
        "charge_id": (None, (Lookup("charge_id", "stripe.charge", "id", _CREATED), OWN)),
    },
    "stripe.refund": {
        "status": ("succeeded", (_MOVED_BACK, OWN)),
        "failure_reason": (None, (_MOVED_BACK, OWN)),
        "failure_balance_transaction_id": (None, (_MOVED_BACK, OWN)),
    },
    "stripe.dispute": {
        "status": (
            "needs_response", (Later(_CREATED, dt.timedelta(days=9)), "under_review"), ("closed_at", OWN),
        ),
        "closed_at": (None, ("closed_at", OWN)),
    },
    "stripe.credit_note": {
        "status": ("issued", ("voided_at", OWN)),
        "voided_at": (None, ("voided_at", OWN)),
    },
    "stripe.balance_transaction": {
        "status": ("pending", ("available_on", OWN)),
        "payout_id": (None, (_PAID_OUT, OWN)),
    },
    "stripe.payout": {
        "status": (
            "pending", (Later(_CREATED, dt.timedelta(days=1)), "in_transit"), ("arrival_date", "paid"),
            (_MOVED_BACK, OWN),
        ),
        "failure_balance_transaction_id": (None, (_MOVED_BACK, OWN)),
        "failure_code": (None, (_MOVED_BACK, OWN)),
        "failure_message": (None, (_MOVED_BACK, OWN)),
    },
    "xero.invoice": {
        "status": ("AUTHORISED", ("fully_paid_on_date", OWN), (_BILLED_VOID, OWN)),
        "fully_paid_on_date": (None, ("fully_paid_on_date", OWN)),
        "amount_due": (Of("total"), ("fully_paid_on_date", OWN), (_BILLED_VOID, OWN)),
        "amount_paid": (0, ("fully_paid_on_date", OWN), (_BILLED_VOID, OWN)),
    },
    "paypal.transaction": {
        # Settled at once but for what is only announced; a payment that is given back is marked so later.
        "transaction_status": (
            lambda row: "S" if row["transaction_status"] == "V" else row["transaction_status"],
            ("transaction_updated_date", OWN),
        ),
        "transaction_updated_date": (Of("transaction_initiation_date"), ("transaction_updated_date", OWN)),
    },
}

_ONLY_BEFORE_PAYMENT = {"type": "pre_payment"}
TALLIES: dict[str, tuple[Tally, ...]] = {
    "stripe.customer": (
        Tally("balance", "stripe.customer_balance_transaction", "customer_id", _CREATED, "amount", 1, {}),
    ),
    "stripe.charge": (
        Tally("amount_refunded", "stripe.refund", "charge_id", _CREATED, "amount", 1, {}),
        Tally("amount_refunded", "stripe.refund", "charge_id", _MOVED_BACK, "amount", -1, {}),
    ),
    "stripe.invoice": (
        Tally("pre_payment_credit_notes_amount", "stripe.credit_note", "invoice_id", _CREATED, "total", 1,
              _ONLY_BEFORE_PAYMENT),
        Tally("pre_payment_credit_notes_amount", "stripe.credit_note", "invoice_id", "voided_at", "total", -1,
              _ONLY_BEFORE_PAYMENT),
        Tally("post_payment_credit_notes_amount", "stripe.credit_note", "invoice_id", _CREATED, "total", 1,
              {"type": "post_payment"}),
    ),
}

# What follows from the other columns of the same version; the row that a version is of comes second.
CONSEQUENCES: dict[str, dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]]] = {
    "stripe.charge": {
        "refunded": lambda then, end: bool(then["amount_captured"])
        and then["amount_refunded"] == then["amount_captured"],
    },
    "stripe.invoice": {
        "amount_due": lambda then, end: end["amount_due"]
        + end["pre_payment_credit_notes_amount"] - then["pre_payment_credit_notes_amount"],
        "amount_remaining": lambda then, end: then["amount_due"] - then["amount_paid"],
    },
}
