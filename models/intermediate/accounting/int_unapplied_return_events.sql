-- grain: one row per event_id
with

refunds as (
    select * from {{ ref('int_refunds') }}
),

disputes as (
    select * from {{ ref('int_disputes') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

settlements as (
    select * from {{ ref('int_settlements') }}
),

returned as (
    select
        entity_id,
        source_name,
        source_table,
        source_record_id,
        customer_id,
        invoice_id,
        currency_code,
        'refund' as event_type,
        'refund' as settlement_kind,
        amount_minor,
        posted_date as event_date,
        posted_at as recorded_at
    from refunds
    where posted_at is not null
    union all
    select
        entity_id,
        source_name,
        source_table,
        source_record_id,
        customer_id,
        invoice_id,
        currency_code,
        'refund_failed' as event_type,
        'refund_failure' as settlement_kind,
        -amount_minor as amount_minor,
        failed_date as event_date,
        failed_at as recorded_at
    from refunds
    where failed_at is not null
    union all
    select
        entity_id,
        source_name,
        source_table,
        source_record_id,
        customer_id,
        invoice_id,
        currency_code,
        'dispute_opened' as event_type,
        'dispute' as settlement_kind,
        amount_minor,
        opened_date as event_date,
        opened_at as recorded_at
    from disputes
    where opened_at is not null
),

-- Money that goes back for a payment no invoice stands behind leaves the customer's balance,
-- where that payment was put.
unapplied_return_events as (
    select
        {{ dbt.concat(['returned.event_type', "':'", 'returned.source_record_id']) }} as event_id,
        returned.entity_id,
        returned.event_type,
        'unapplied' as component,
        returned.source_name,
        returned.source_table,
        returned.source_record_id,
        returned.source_record_id as document_reference,
        returned.customer_id,
        settlements.payout_id as counterparty_reference,
        returned.invoice_id,
        null as obligation_id,
        returned.currency_code,
        returned.amount_minor,
        entities.functional_currency_code,
        -settlements.functional_amount_minor as functional_amount_minor,
        returned.event_date,
        returned.recorded_at
    from returned
    inner join entities
        on returned.entity_id = entities.entity_id
    inner join settlements
        on
            returned.entity_id = settlements.entity_id
            and returned.source_record_id = settlements.object_reference
            and returned.settlement_kind = settlements.kind
    left join invoice_bookings
        on returned.invoice_id = invoice_bookings.invoice_id
    where invoice_bookings.invoice_id is null
)

select * from unapplied_return_events
