-- grain: one row per entity_id, currency_code, month_start
with

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

accruals_by_month as (
    select * from {{ ref('int_accruals_by_month') }}
),

in_force as (
    select
        entity_id,
        currency_code,
        month_start,
        recognised_amount_minor as recognised_minor,
        contra_amount_minor as contra_minor,
        deferred_amount_minor as deferred_minor,
        0 as unbilled_minor
    from recognition_by_month
    union all
    select
        entity_id,
        currency_code,
        month_start,
        recognised_amount_minor as recognised_minor,
        0 as contra_minor,
        0 as deferred_minor,
        unbilled_amount_minor as unbilled_minor
    from accruals_by_month
    where scenario = 'in_force'
),

revenue_in_force as (
    select
        entity_id,
        currency_code,
        month_start,
        sum(recognised_minor) as recognised_minor,
        sum(contra_minor) as contra_minor,
        sum(deferred_minor) as deferred_minor,
        sum(unbilled_minor) as unbilled_minor
    from in_force
    group by
        entity_id,
        currency_code,
        month_start
)

select * from revenue_in_force
