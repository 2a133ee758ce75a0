-- grain: one row per item_id
with

payouts as (
    select * from {{ ref('int_payouts') }}
),

-- A payout leaves the processor on one day and reaches the bank on another; one that fails comes
-- back to the processor and is never due at the bank.
steps as (
    select
        'processor' as leg,
        'processor_clearing' as account_role,
        'payout_sent' as event_type,
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
        'processor' as leg,
        'processor_clearing' as account_role,
        'payout_failed' as event_type,
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
    union all
    select
        'bank' as leg,
        'cash' as account_role,
        'payout' as event_type,
        entity_id,
        source_record_id as document_reference,
        currency_code,
        amount_minor,
        arrival_date as item_date,
        recorded_at,
        source_name,
        source_table
    from payouts
    where failed_at is null and status not in ('failed', 'canceled') and arrival_date is not null
),

expected_items as (
    select
        leg || ':expected:' || entity_id || ':' || event_type || ':' || document_reference
            as item_id,
        leg,
        account_role,
        event_type,
        entity_id,
        document_reference,
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
