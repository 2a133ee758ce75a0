-- Invariant: every day on which a limit was exceeded lies in exactly one alert of its rule and subject.
-- Grain: rule, entity, leg, currency, subject, first day of the breach.
-- A row: something was too much or too late and no alert says so, or two say so.
-- Then: compare int_alert_breaches with int_alerts for this subject, in the order of their days.
with

breaches as (
    select
        breaches.alert_rule,
        breaches.entity_id,
        coalesce(breaches.leg, '') as leg,
        coalesce(breaches.currency_code, '') as currency_code,
        breaches.subject,
        breaches.from_date
    from {{ ref('int_alert_breaches') }} as breaches
),

alerts as (
    select
        alerts.alert_id,
        alerts.alert_rule,
        alerts.entity_id,
        coalesce(alerts.leg, '') as leg,
        coalesce(alerts.currency_code, '') as currency_code,
        alerts.subject,
        alerts.opened_date,
        alerts.closed_date
    from {{ ref('fct_alerts') }} as alerts
),

counted as (
    select
        breaches.alert_rule,
        breaches.entity_id,
        breaches.leg,
        breaches.currency_code,
        breaches.subject,
        breaches.from_date,
        count(alerts.alert_id) as alert_count
    from breaches
    left join alerts
        on
            breaches.alert_rule = alerts.alert_rule
            and breaches.entity_id = alerts.entity_id
            and breaches.leg = alerts.leg
            and breaches.currency_code = alerts.currency_code
            and breaches.subject = alerts.subject
            and breaches.from_date >= alerts.opened_date
            and (alerts.closed_date is null or breaches.from_date < alerts.closed_date)
    group by
        breaches.alert_rule,
        breaches.entity_id,
        breaches.leg,
        breaches.currency_code,
        breaches.subject,
        breaches.from_date
)

select * from counted
where alert_count <> 1
