-- grain: one row per leg, entity_id, currency_code, calendar_date
with

item_days as (
    select * from {{ ref('int_item_days') }}
    where unmatched_from_date is not null
),

-- An item that finds its counterpart in time was never unmatched.
changes as (
    select
        leg,
        entity_id,
        currency_code,
        side,
        amount_minor,
        unmatched_from_date as calendar_date,
        1 as unmatched_change,
        0 as matched_change
    from item_days
    where matched_date is null or unmatched_from_date < matched_date
    union all
    select
        leg,
        entity_id,
        currency_code,
        side,
        amount_minor,
        matched_date as calendar_date,
        -1 as unmatched_change,
        0 as matched_change
    from item_days
    where unmatched_from_date < matched_date
    union all
    select
        leg,
        entity_id,
        currency_code,
        side,
        amount_minor,
        matched_date as calendar_date,
        0 as unmatched_change,
        1 as matched_change
    from item_days
    where matched_date is not null
),

daily_changes as (
    select
        leg,
        entity_id,
        currency_code,
        calendar_date,
        sum(unmatched_change) as unmatched_count,
        sum(unmatched_change * abs(amount_minor)) as unmatched_gross_minor,
        sum(case when side = 'expected' then unmatched_change * amount_minor else 0 end)
            as unmatched_expected_minor,
        sum(case when side = 'recorded' then unmatched_change * amount_minor else 0 end)
            as unmatched_recorded_minor,
        sum(matched_change) as matched_count,
        sum(matched_change * abs(amount_minor)) as matched_gross_minor
    from changes
    group by
        leg,
        entity_id,
        currency_code,
        calendar_date
)

select * from daily_changes
