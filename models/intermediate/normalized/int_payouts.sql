-- grain: one row per payout_id
with

readable as (
    select * from {{ from_sources('processor_sources', 'payouts') }}
),

payouts as (
    select
        payout_id,
        processor_name,
        currency_code,
        amount_minor,
        status,
        is_automatic,
        created_at,
        {{ accounting_date('created_at', 'entity_timezone') }} as created_date,
        arrival_date,
        failed_at,
        {{ accounting_date('failed_at', 'entity_timezone') }} as failed_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from payouts
