-- grain: one row per item_id
with

item_days as (
    select * from {{ ref('int_item_days') }}
),

items as (
    select * from {{ ref('int_items') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- An item that found its counterpart on the day it was due was never unmatched at the end of a day.
unmatched_items as (
    select
        item_days.item_id,
        item_days.side,
        item_days.leg,
        item_days.entity_id,
        item_days.currency_code,
        currencies.exponent,
        coalesce(items.document_reference, item_days.item_id) as document_key,
        items.event_type,
        items.customer_id,
        items.account_role,
        items.processor_name,
        item_days.amount_minor,
        item_days.unmatched_from_date as open_from_date,
        item_days.matched_date as open_to_date
    from item_days
    inner join items
        on item_days.item_id = items.item_id
    inner join currencies
        on item_days.currency_code = currencies.currency_code
    where
        item_days.unmatched_from_date is not null
        and (
            item_days.matched_date is null
            or item_days.unmatched_from_date < item_days.matched_date
        )
)

select * from unmatched_items
