-- grain: one row per leg, entity_id, currency_code, item_date, status, match_tier, cause, verified_date
with

items as (
    select * from {{ ref('int_items') }}
),

item_days as (
    select * from {{ ref('int_item_days') }}
    where status <> 'ignored'
),

matches as (
    select * from {{ ref('int_matches') }}
),

breaks_classified as (
    select * from {{ ref('int_breaks_classified') }}
),

-- A break with a cause is explained from the day it was missed; of the cause unknown it never is.
dated_items as (
    select
        items.leg,
        items.entity_id,
        items.currency_code,
        items.item_date,
        items.amount_minor,
        item_days.status,
        case when item_days.matched_date is not null then matches.match_tier end as match_tier,
        breaks_classified.cause,
        case
            when item_days.matched_date is not null then item_days.matched_date
            when breaks_classified.cause <> 'unknown' then item_days.unmatched_from_date
        end as verified_date
    from items
    inner join item_days
        on items.item_id = item_days.item_id
    left join matches
        on items.item_id = matches.item_id
    left join breaks_classified
        on items.item_id = breaks_classified.item_id
),

verified_items as (
    select
        leg,
        entity_id,
        currency_code,
        item_date,
        status,
        match_tier,
        cause,
        verified_date,
        count(*) as item_count,
        sum(abs(amount_minor)) as gross_minor
    from dated_items
    group by
        leg,
        entity_id,
        currency_code,
        item_date,
        status,
        match_tier,
        cause,
        verified_date
)

select * from verified_items
