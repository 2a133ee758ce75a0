-- grain: one row per item_id
with

payouts as (
    select * from {{ ref('int_payouts') }}
),

-- A payout leaves the processor, and one that fails comes back to it.
steps as (
    select
        'payout_sent' as event_type,
        processor_name,
        entity_id,
        source_record_id as document_reference,
        currency_code,
        -amount_minor as amount_minor,
        created_date as item_date,
        recorded_at,
        source_name,
        source_table
    from payouts
    where status <> 'canceled'
    union all
    select
        'payout_failed' as event_type,
        processor_name,
        entity_id,
        source_record_id as document_reference,
        currency_code,
        amount_minor,
        failed_date as item_date,
        failed_at as recorded_at,
        source_name,
        source_table
    from payouts
    where failed_date is not null and status <> 'canceled'
),

expected_items as (
    select
        'processor:expected:' || entity_id || ':' || event_type || ':' || document_reference
            as item_id,
        'processor' as leg,
        'processor_clearing' as account_role,
        event_type,
        processor_name,
        entity_id,
        document_reference,
        document_reference as counterparty_reference,
        null as customer_id,
        null as invoice_id,
        currency_code,
        amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        document_reference as source_record_id
    from steps
)

select * from expected_items
