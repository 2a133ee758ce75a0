-- grain: one row per customer_id
with

customers as (
    select * from {{ ref('int_customers') }}
),

described_customers as (
    select
        customer_id,
        entity_id,
        source_name,
        source_record_id,
        customer_name,
        currency_code,
        country_code
    from customers
)

select * from described_customers
