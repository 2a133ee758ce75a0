-- grain: one row per leg, entity_id, currency_code, calendar_date
with

daily_changes as (
    select * from {{ ref('int_drift_changes') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

first_days as (
    select
        leg,
        entity_id,
        currency_code,
        min(calendar_date) as first_date
    from daily_changes
    group by
        leg,
        entity_id,
        currency_code
),

calendar as (
    select distinct calendar_date
    from business_days
),

spine as (
    select
        first_days.leg,
        first_days.entity_id,
        first_days.currency_code,
        calendar.calendar_date
    from first_days
    inner join entities
        on first_days.entity_id = entities.entity_id
    inner join calendar
        on calendar.calendar_date between first_days.first_date and entities.as_of_date
),

drift_by_day as (
    select
        spine.leg,
        spine.entity_id,
        spine.currency_code,
        spine.calendar_date,
        {{ running_total('daily_changes.unmatched_count') }} as unmatched_count,
        {{ running_total('daily_changes.unmatched_gross_minor') }} as unmatched_gross_minor,
        {{ running_total('daily_changes.unmatched_expected_minor') }} as unmatched_expected_minor,
        {{ running_total('daily_changes.unmatched_recorded_minor') }} as unmatched_recorded_minor,
        {{ running_total('daily_changes.matched_count') }} as matched_count,
        {{ running_total('daily_changes.matched_gross_minor') }} as matched_gross_minor
    from spine
    left join daily_changes
        on
            spine.leg = daily_changes.leg
            and spine.entity_id = daily_changes.entity_id
            and spine.currency_code = daily_changes.currency_code
            and spine.calendar_date = daily_changes.calendar_date
)

select * from drift_by_day
