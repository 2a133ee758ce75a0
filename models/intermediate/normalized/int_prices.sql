-- grain: one row per price_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'prices') }}
),

prices as (
    select
        price_id,
        product_id,
        currency_code,
        billing_interval,
        price_nickname,
        unit_amount,
        is_metered,
        usage_aggregation,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from prices
