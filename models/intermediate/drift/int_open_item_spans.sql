-- grain: one row per item_id, age_bucket
with

item_days as (
    select * from {{ ref('int_item_days') }}
    where
        unmatched_from_date is not null
        and (matched_date is null or unmatched_from_date < matched_date)
),

age_buckets as (
    select * from {{ ref('int_age_buckets') }}
),

breaks_classified as (
    select * from {{ ref('int_breaks_classified') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- Why an item was open before it found its counterpart, this build cannot know.
aged_items as (
    select
        item_days.item_id,
        item_days.leg,
        item_days.entity_id,
        item_days.currency_code,
        item_days.amount_minor,
        item_days.matched_date,
        entities.as_of_date,
        age_buckets.age_bucket,
        case
            when item_days.matched_date is not null then 'cleared_since'
            else breaks_classified.cause
        end as cause,
        cast({{ dbt.dateadd(
            'day', 'age_buckets.minimum_age_days', 'item_days.unmatched_from_date'
        ) }} as date) as from_date,
        cast({{ dbt.dateadd(
            'day', 'age_buckets.next_minimum_age_days', 'item_days.unmatched_from_date'
        ) }} as date) as outgrown_date
    from item_days
    inner join entities
        on item_days.entity_id = entities.entity_id
    cross join age_buckets
    left join breaks_classified
        on item_days.item_id = breaks_classified.item_id
),

open_item_spans as (
    select
        item_id,
        age_bucket,
        leg,
        entity_id,
        currency_code,
        cause,
        amount_minor,
        from_date,
        case
            when outgrown_date < matched_date or matched_date is null then outgrown_date
            else matched_date
        end as until_date
    from aged_items
    where from_date <= as_of_date and (matched_date is null or from_date < matched_date)
)

select * from open_item_spans
