-- grain: one row per item_id
with

payments as (
    select * from {{ ref('int_payments') }}
),

refunds as (
    select * from {{ ref('int_refunds') }}
    where {{ plays_role('source_name', 'billing_sources') }}
),

disputes as (
    select * from {{ ref('int_disputes') }}
    where {{ plays_role('source_name', 'billing_sources') }}
),

-- What billing says moved. Refunds at another processor are unknown to it and confirm no one.
movements as (
    select
        entity_id,
        'payment' as event_type,
        charge_reference as document_reference,
        customer_id,
        invoice_id,
        currency_code,
        coalesce(billed_amount_minor, amount_minor) as amount_minor,
        paid_date as item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from payments
    where not is_out_of_band
    union all
    select
        entity_id,
        'refund' as event_type,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        currency_code,
        -amount_minor as amount_minor,
        posted_date as item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from refunds
    where posted_date is not null
    union all
    select
        entity_id,
        'refund_failed' as event_type,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        currency_code,
        amount_minor,
        failed_date as item_date,
        failed_at as recorded_at,
        source_name,
        source_table,
        source_record_id
    from refunds
    where failed_date is not null and posted_date is not null
    union all
    select
        entity_id,
        'dispute_opened' as event_type,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        currency_code,
        -amount_minor as amount_minor,
        opened_date as item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from disputes
    where opened_date is not null
    union all
    select
        entity_id,
        'dispute_won' as event_type,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        currency_code,
        amount_minor,
        won_date as item_date,
        won_at as recorded_at,
        source_name,
        source_table,
        source_record_id
    from disputes
    where won_date is not null
),

expected_items as (
    select
        'processor:expected:' || entity_id || ':' || event_type || ':' || document_reference
            as item_id,
        entity_id,
        event_type,
        document_reference,
        customer_id,
        invoice_id,
        currency_code,
        amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from movements
)

select * from expected_items
