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

rate_dates as (
    select * from {{ ref('int_rate_dates_of_matches') }}
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
        item_statuses.due_date,
        item_statuses.inconclusive_from_date,
        item_statuses.conclusive_from_date,
        least(
            greatest(items.item_date, cast(coalesce(items.recorded_at, items.item_date) as date)),
            entities.as_of_date
        ) as known_date,
        least(
            greatest(
                item_statuses.due_date,
                coalesce(item_statuses.conclusive_from_date, item_statuses.due_date)
            ),
            entities.as_of_date
        ) as missed_date
    from items
    inner join item_statuses
        on items.item_id = item_statuses.item_id
    inner join entities
        on items.entity_id = entities.entity_id
),

linked_matches as (
    select
        known_items.match_id,
        max(greatest(
            known_items.known_date, coalesce(rate_dates.rate_date, known_items.known_date)
        )) as linked_date
    from known_items
    left join rate_dates
        on known_items.match_id = rate_dates.match_id
    where known_items.match_id is not null
    group by known_items.match_id
),

-- What is ignored or pending has never been unmatched; what is only discrepant is never matched. While
-- the system that should have the counterpart was late, nobody could say that it was missing.
item_days as (
    select
        known_items.item_id,
        known_items.side,
        known_items.leg,
        known_items.entity_id,
        known_items.currency_code,
        known_items.amount_minor,
        known_items.status,
        known_items.match_id,
        known_items.known_date,
        known_items.due_date,
        known_items.inconclusive_from_date,
        known_items.conclusive_from_date,
        linked_matches.linked_date,
        case
            when known_items.status not in ('ignored', 'pending', 'inconclusive')
                then greatest(known_items.known_date, known_items.missed_date)
        end as unmatched_from_date,
        case
            when known_items.status in ('matched', 'suggested') then linked_matches.linked_date
        end as matched_date
    from known_items
    left join linked_matches
        on known_items.match_id = linked_matches.match_id
)

select * from item_days
