-- grain: one row per subscription_item_id
with

subscription_items as (
    select * from {{ ref('int_subscription_items') }}
),

usage_records as (
    select * from {{ ref('int_usage_records') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- A meter may name items that billing does not know; their usage is reported, not lost.
items_together as (
    select
        entity_id,
        subscription_item_id,
        subscription_id,
        price_id
    from subscription_items
    union distinct
    select
        entity_id,
        subscription_item_id,
        subscription_id,
        price_id
    from usage_records
),

usage_items as (
    select
        items_together.subscription_item_id,
        items_together.entity_id,
        items_together.subscription_id,
        items_together.price_id,
        entities.timezone as entity_timezone,
        entities.as_of_date
    from items_together
    inner join entities
        on items_together.entity_id = entities.entity_id
)

select * from usage_items
