-- grain: one row per scenario, obligation_id, month_start
with

recognition_schedule as (
    select * from {{ ref('int_recognition_schedule') }}
),

-- Each month's movements under each scenario; what is deferred is a balance at its end.
recognition_scenarios as (
    select
        scenario,
        obligation_id,
        month_start,
        earned_to_date_minor - lag(earned_to_date_minor, 1, 0) over (
            partition by scenario, obligation_id order by month_start
        ) as net_revenue_minor,
        contra_to_date_minor - lag(contra_to_date_minor, 1, 0) over (
            partition by scenario, obligation_id order by month_start
        ) as contra_minor,
        deferred_minor
    from recognition_schedule
)

select * from recognition_scenarios
