-- grain: one row per leg, entity_id, currency_code, calendar_date
with

alert_items as (
    select * from {{ ref('int_alert_items') }}
    where alert_rule = 'drift'
),

drift_by_day as (
    select * from {{ ref('int_drift_by_day') }}
),

spine as (
    select distinct
        leg,
        entity_id,
        currency_code,
        calendar_date
    from drift_by_day
),

changes as (
    select
        leg,
        entity_id,
        currency_code,
        counts_from_date as calendar_date,
        abs(amount_minor) as open_change
    from alert_items
    union all
    select
        leg,
        entity_id,
        currency_code,
        counts_to_date as calendar_date,
        -abs(amount_minor) as open_change
    from alert_items
    where counts_to_date is not null
),

daily_changes as (
    select
        leg,
        entity_id,
        currency_code,
        calendar_date,
        sum(open_change) as open_change
    from changes
    group by
        leg,
        entity_id,
        currency_code,
        calendar_date
),

balances as (
    select
        spine.leg,
        spine.entity_id,
        spine.currency_code,
        spine.calendar_date,
        {{ running_total('daily_changes.open_change') }} as open_minor
    from spine
    left join daily_changes
        on
            spine.leg = daily_changes.leg
            and spine.entity_id = daily_changes.entity_id
            and spine.currency_code = daily_changes.currency_code
            and spine.calendar_date = daily_changes.calendar_date
),

-- A balance of a week that has no day yet is not growth.
compared as (
    select
        *,
        row_number() over (
            partition by leg, entity_id, currency_code
            order by calendar_date asc
        ) as day_number,
        lag(open_minor, 7) over (
            partition by leg, entity_id, currency_code
            order by calendar_date asc
        ) as open_a_week_ago_minor
    from balances
),

numbered as (
    select
        *,
        day_number % 7 as week_day,
        case
            when coalesce(open_minor > open_a_week_ago_minor, false) then 0
            else day_number
        end as still_day_number
    from compared
),

balances_by_day as (
    select
        leg,
        entity_id,
        currency_code,
        calendar_date,
        open_minor,
        {{ integer_divide('day_number - max(still_day_number) over ('
            'partition by leg, entity_id, currency_code, week_day '
            'order by calendar_date asc rows between unbounded preceding and current row)', '7') }}
            as weeks_growing
    from numbered
)

select * from balances_by_day
