-- grain: one row per subscription_id, valid_from_at
with

readable as (
    select * from {{ from_sources('billing_sources', 'subscriptions') }}
),

subscriptions as (
    select
        subscription_id,
        customer_id,
        status,
        started_at,
        cancelled_at,
        ended_at,
        {{ accounting_date('ended_at', 'entity_timezone') }} as ended_date,
        valid_from_at,
        valid_to_at,
        is_current,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from subscriptions
