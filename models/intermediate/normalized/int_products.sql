-- grain: one row per product_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'products') }}
),

products as (
    select
        product_id,
        product_name,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from products
