-- grain: one row per product_id
with

products as (
    select * from {{ ref('int_products') }}
),

described_products as (
    select
        product_id,
        entity_id,
        source_name,
        source_record_id,
        product_name
    from products
)

select * from described_products
