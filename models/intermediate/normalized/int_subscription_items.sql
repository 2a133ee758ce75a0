-- grain: one row per subscription_item_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'subscription_items') }}
),

subscription_items as (
    select
        subscription_item_id,
        subscription_id,
        price_id,
        current_period_start_at,
        current_period_end_at,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        entity_timezone
    from readable
)

select * from subscription_items
