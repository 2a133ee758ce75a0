"""Column lists, types and keys of every raw table that the generator writes.

A table is column oriented: ``dict[column name, list of plain Python values]``, every list of the same length.
Types: text, bigint (minor units of money), boolean, timestamp (naive UTC), date, decimal.
"""

from __future__ import annotations

from typing import Any

Table = dict[str, list[Any]]
Tables = dict[str, Table]

_TYPES = {"t": "text", "i": "bigint", "b": "boolean", "s": "timestamp", "d": "date", "n": "decimal"}


def _columns(spec: str) -> dict[str, str]:
    """Read `name:letter` pairs into an ordered mapping of column name to type."""
    pairs = (item.split(":") for item in spec.split())
    return {name: _TYPES[letter] for name, letter in pairs}


COLUMNS: dict[str, dict[str, str]] = {
    "stripe.customer": _columns(
        "id:t created:s currency:t email:t name:t description:t address_country:t balance:i "
        "delinquent:b livemode:b is_deleted:b metadata:t _fivetran_synced:s"
    ),
    "stripe.product": _columns(
        "id:t name:t active:b created:s livemode:b is_deleted:b _fivetran_synced:s"
    ),
    "stripe.price": _columns(
        "id:t product_id:t currency:t unit_amount:i unit_amount_decimal:n nickname:t type:t "
        "recurring_interval:t recurring_interval_count:i recurring_usage_type:t active:b "
        "created:s livemode:b is_deleted:b _fivetran_synced:s"
    ),
    "stripe.subscription_history": _columns(
        "id:t _fivetran_start:s _fivetran_end:s _fivetran_active:b customer_id:t status:t "
        "created:s start_date:s current_period_start:s current_period_end:s "
        "cancel_at_period_end:b canceled_at:s ended_at:s livemode:b _fivetran_synced:s"
    ),
    "stripe.subscription_item": _columns(
        "id:t subscription_id:t plan_id:t quantity:i created:s current_period_start:s "
        "current_period_end:s _fivetran_synced:s"
    ),
    "stripe.invoice": _columns(
        "id:t number:t customer_id:t subscription_id:t charge_id:t status:t billing_reason:t "
        "currency:t subtotal:i tax:i total:i amount_due:i amount_paid:i amount_remaining:i "
        "starting_balance:i ending_balance:i pre_payment_credit_notes_amount:i "
        "post_payment_credit_notes_amount:i paid:b attempt_count:i created:s due_date:s "
        "period_start:s period_end:s status_transitions_finalized_at:s "
        "status_transitions_paid_at:s status_transitions_voided_at:s "
        "status_transitions_marked_uncollectible_at:s livemode:b is_deleted:b _fivetran_synced:s"
    ),
    "stripe.invoice_line_item": _columns(
        "invoice_id:t unique_id:t id:t type:t amount:i currency:t quantity:i period_start:s "
        "period_end:s proration:b price_id:t plan_id:t subscription_id:t subscription_item_id:t "
        "description:t discountable:b metadata:t livemode:b _fivetran_synced:s"
    ),
    "stripe.coupon": _columns(
        "id:t name:t amount_off:i percent_off:n currency:t duration:t duration_in_months:i "
        "valid:b times_redeemed:i created:s livemode:b _fivetran_synced:s"
    ),
    "stripe.discount": _columns(
        "id:t type:t type_id:t coupon_id:t customer_id:t subscription_id:t invoice_id:t amount:i "
        "start:s end:s _fivetran_synced:s"
    ),
    "stripe.charge": _columns(
        "id:t amount:i amount_captured:i amount_refunded:i balance_transaction_id:t captured:b "
        "paid:b refunded:b status:t failure_code:t failure_message:t currency:t customer_id:t "
        "invoice_id:t payment_intent_id:t description:t created:s livemode:b _fivetran_synced:s"
    ),
    "stripe.refund": _columns(
        "id:t amount:i currency:t status:t reason:t failure_reason:t charge_id:t "
        "payment_intent_id:t balance_transaction_id:t failure_balance_transaction_id:t created:s "
        "_fivetran_synced:s"
    ),
    "stripe.dispute": _columns(
        "id:t amount:i currency:t status:t reason:t charge_id:t balance_transaction:t created:s "
        "evidence_details_due_by:s closed_at:s livemode:b _fivetran_synced:s"
    ),
    "stripe.credit_note": _columns(
        "id:t number:t invoice_id:t refund_id:t type:t status:t reason:t memo:t amount:i "
        "subtotal:i total:i discount_amount:i currency:t created:s voided_at:s "
        "customer_balance_transaction:t livemode:b _fivetran_synced:s"
    ),
    "stripe.credit_note_line_item": _columns(
        "id:t credit_note_id:t invoice_line_item_id:t type:t amount:i discount_amount:i "
        "description:t quantity:i livemode:b _fivetran_synced:s"
    ),
    "stripe.balance_transaction": _columns(
        "id:t amount:i fee:i net:i currency:t exchange_rate:n type:t reporting_category:t "
        "source:t status:t payout_id:t description:t created:s available_on:s _fivetran_synced:s"
    ),
    "stripe.payout": _columns(
        "id:t amount:i currency:t status:t automatic:b method:t type:t arrival_date:s created:s "
        "balance_transaction_id:t failure_balance_transaction_id:t failure_code:t "
        "failure_message:t statement_descriptor:t description:t livemode:b _fivetran_synced:s"
    ),
    "stripe.payout_balance_transaction": _columns(
        "payout_id:t balance_transaction_id:t _fivetran_synced:s"
    ),
    "stripe.customer_balance_transaction": _columns(
        "id:t customer_id:t invoice_id:t credit_note_id:t type:t amount:i currency:t "
        "ending_balance:i description:t created:s livemode:b _fivetran_synced:s"
    ),
    "metering.usage_record": _columns(
        "usage_record_id:t subscription_item_id:t customer_id:t quantity:n occurred_at:s "
        "recorded_at:s _loaded_at:s"
    ),
    "metering.usage_event": _columns(
        "event_id:t meter_name:t client_reference:t service_reference:t quantity:n occurred_at:s "
        "recorded_at:s corrects_event_id:t _loaded_at:s"
    ),
    "stripe.meter_event_summary": _columns(
        "id:t meter_name:t customer_id:t aggregated_value:n start_time:s end_time:s livemode:b "
        "_fivetran_synced:s"
    ),
    "agreements.agreement_line": _columns(
        "agreement_line_id:t agreement_id:t client_reference:t service_reference:t "
        "quantity_basis:t count_measure:t committed_quantity:n included_quantity:n "
        "minimum_amount:n pricing_model:t package_size:n unit_price:n unit_cost:n proration:t "
        "billing_timing:t agreement_kind:t bundled_in_service_reference:t currency:t "
        "effective_from:d effective_to:d updated_at:s _loaded_at:s"
    ),
    "agreements.agreement_tier": _columns(
        "agreement_line_id:t tier_number:i up_to_quantity:n unit_price:n flat_amount:n _loaded_at:s"
    ),
    "vendor_counts.unit_count": _columns(
        "unit_count_id:t vendor_name:t count_date:d client_reference:t service_reference:t "
        "quantity:n inactive_quantity:n licence_kind:t cancelled_on:d unit_cost:n currency:t "
        "is_estimated:b _loaded_at:s"
    ),
    "psa.invoice_line": _columns(
        "invoice_line_id:t invoice_number:t client_reference:t service_reference:t period_start:d "
        "period_end:d quantity:n unit_price:n amount:n currency:t _loaded_at:s"
    ),
    "xero.account": _columns(
        "account_id:t code:t name:t type:t class:t status:t tax_type:t currency_code:t "
        "_fivetran_synced:s"
    ),
    "xero.organization": _columns(
        "organisation_id:t name:t legal_name:t base_currency:t country_code:t "
        "organisation_status:t _fivetran_synced:s"
    ),
    "xero.contact": _columns(
        "contact_id:t name:t account_number:t email_address:t contact_status:t "
        "default_currency:t _fivetran_deleted:b _fivetran_synced:s"
    ),
    "xero.invoice": _columns(
        "invoice_id:t type:t status:t invoice_number:t reference:t contact_id:t date:d "
        "due_date:d fully_paid_on_date:d currency_code:t currency_rate:n sub_total:n total_tax:n "
        "total:n amount_due:n amount_paid:n amount_credited:n updated_date_utc:s "
        "_fivetran_synced:s"
    ),
    "xero.invoice_line_item": _columns(
        "line_item_id:t invoice_id:t account_code:t description:t quantity:n unit_amount:n "
        "line_amount:n tax_amount:n tax_type:t _fivetran_synced:s"
    ),
    "xero.journal": _columns(
        "journal_id:t journal_number:i journal_date:d created_date_utc:s reference:t source_id:t "
        "source_type:t _fivetran_synced:s"
    ),
    "xero.journal_line": _columns(
        "journal_line_id:t journal_id:t account_id:t account_code:t account_name:t "
        "account_type:t net_amount:n gross_amount:n tax_amount:n tax_type:t tax_name:t "
        "description:t _fivetran_synced:s"
    ),
    "bank_statement.statement_line": _columns(
        "statement_line_id:t bank_account:t posted_date:d value_date:d amount:n currency:t "
        "description:t reference:t _loaded_at:s"
    ),
    "paypal.transaction": _columns(
        "transaction_id:t transaction_event_code:t paypal_account_id:t paypal_reference_id:t "
        "paypal_reference_id_type:t transaction_initiation_date:s transaction_updated_date:s "
        "transaction_status:t transaction_amount_value:n transaction_amount_currency_code:t "
        "fee_amount_value:n fee_amount_currency_code:t ending_balance_value:n "
        "ending_balance_currency_code:t available_balance_value:n invoice_id:t custom_field:t "
        "bank_reference_id:t transaction_subject:t _fivetran_synced:s"
    ),
    "plaid.transaction": _columns(
        "transaction_id:t account_id:t amount:n iso_currency_code:t date:d authorized_date:d "
        "name:t merchant_name:t payment_channel:t pending:b pending_transaction_id:t "
        "check_number:t payment_meta_reference_number:t _fivetran_synced:s"
    ),
    "ecb.exchange_rate": _columns("rate_date:d currency:t rate:n"),
}

KEYS: dict[str, tuple[str, ...]] = {
    "stripe.subscription_history": ("id", "_fivetran_start"),
    "stripe.invoice_line_item": ("invoice_id", "unique_id"),
    "stripe.payout_balance_transaction": ("payout_id", "balance_transaction_id"),
    "metering.usage_record": ("usage_record_id",),
    "metering.usage_event": ("event_id",),
    "agreements.agreement_line": ("agreement_line_id",),
    "agreements.agreement_tier": ("agreement_line_id", "tier_number"),
    "vendor_counts.unit_count": ("unit_count_id",),
    "psa.invoice_line": ("invoice_line_id",),
    "xero.account": ("account_id",),
    "xero.organization": ("organisation_id",),
    "xero.contact": ("contact_id",),
    "xero.invoice": ("invoice_id",),
    "xero.invoice_line_item": ("invoice_id", "line_item_id"),
    "xero.journal": ("journal_id",),
    "xero.journal_line": ("journal_id", "journal_line_id"),
    "bank_statement.statement_line": ("statement_line_id",),
    "paypal.transaction": ("transaction_id", "transaction_event_code"),
    "plaid.transaction": ("transaction_id",),
    "ecb.exchange_rate": ("rate_date", "currency"),
    "load_log.load": ("load_id",),
}


def key_of(table_name: str) -> tuple[str, ...]:
    """Primary key columns of a table, `("id",)` unless it is listed in `KEYS`."""
    return KEYS.get(table_name, ("id",))


def row_count(table: Table) -> int:
    """Number of rows of a table, 0 for one without columns."""
    return len(next(iter(table.values()), []))
