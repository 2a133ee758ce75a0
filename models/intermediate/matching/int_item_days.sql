-- grain: one row per item_id
with

items as (
    select * from {{ ref('int_items') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- A fact counts from the day it happened and its system knew it, an expected one is missed from the
-- day it is due. Nothing counts later than the as-of date.
known_items as (
    select
        items.item_id,
        items.side,
        items.leg,
        items.entity_id,
        items.currency_code,
        items.amount_minor,
        item_statuses.status,
        item_statuses.match_id,
        least(
            greatest(items.item_date, cast(coalesce(items.recorded_at, items.item_date) as date)),
            entities.as_of_date
        ) as known_date,
        least(item_statuses.due_date, entities.as_of_date) as due_date
    from items
    inner join item_statuses
        on items.item_id = item_statuses.item_id
    inner join entities
        on items.entity_id = entities.entity_id
    where item_statuses.status not in ('ignored', 'pending')
),

completed_matches as (
    select
        match_id,
        max(known_date) as matched_date
    from known_items
    where status in ('matched', 'suggested')
    group by match_id
),

item_days as (
    select
        known_items.item_id,
        known_items.side,
        known_items.leg,
        known_items.entity_id,
        known_items.currency_code,
        known_items.amount_minor,
        greatest(known_items.known_date, known_items.due_date) as unmatched_from_date,
        completed_matches.matched_date
    from known_items
    left join completed_matches
        on known_items.match_id = completed_matches.match_id
)

select * from item_days
