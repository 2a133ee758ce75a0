-- grain: one row per customer_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'customers') }}
),

customers as (
    select
        customer_id,
        customer_name,
        currency_code,
        country_code,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from customers
