-- grain: one row per item_id, source_name, source_table, source_record_id
with

item_parts as (
    select * from {{ ref('int_item_parts') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

parts as (
    select
        item_parts.item_id,
        item_parts.source_name,
        item_parts.source_table,
        item_parts.source_record_id,
        item_parts.currency_code,
        {{ major_units('item_parts.amount_minor', 'currencies.exponent') }} as amount
    from item_parts
    inner join currencies
        on item_parts.currency_code = currencies.currency_code
)

select * from parts
