-- grain: one row per alert_id
with

alerts as (
    select * from {{ ref('int_alerts') }}
),

item_days as (
    select * from {{ ref('int_item_days') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

named_alerts as (
    select
        alerts.alert_id,
        alerts.alert_rule,
        alerts.rule_id,
        alerts.severity,
        alerts.entity_id,
        alerts.leg,
        alerts.currency_code,
        alerts.subject,
        alerts.opened_date,
        alerts.last_breach_date,
        alerts.last_date,
        alerts.closed_date,
        alerts.closed_date is null as is_open,
        cast(alerts.days_open as bigint) as days_open,
        alerts.measured_value,
        alerts.threshold_value,
        alerts.peak_value,
        alerts.value_unit,
        {{ major_units('alerts.amount_minor', 'currencies.exponent') }} as amount,
        alerts.item_id,
        -- The queue knows what is linked by its link and what is alone by its item.
        case
            when alerts.closed_date is null and item_days.item_id is not null
                then coalesce(item_days.match_id, item_days.item_id)
        end as exception_id,
        alerts.explanation,
        alerts.what_to_do
    from alerts
    left join item_days
        on alerts.item_id = item_days.item_id
    left join currencies
        on alerts.currency_code = currencies.currency_code
)

select * from named_alerts
