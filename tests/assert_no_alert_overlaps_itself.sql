-- Invariant: an alert that opens again does so after at least one day without it.
-- Grain: rule, entity, leg, currency, subject, day on which it opened.
-- A row: what is one alert was told as two, or one alert has an end before its beginning.
-- Then: look at held_to_date in int_alert_breaches and at the islands of int_alerts.
with

ordered as (
    select
        alerts.alert_rule,
        alerts.entity_id,
        alerts.leg,
        alerts.currency_code,
        alerts.subject,
        alerts.opened_date,
        alerts.last_date,
        alerts.closed_date,
        lead(alerts.opened_date) over (
            partition by
                alerts.alert_rule, alerts.entity_id, alerts.leg, alerts.currency_code,
                alerts.subject
            order by alerts.opened_date asc, alerts.alert_id asc
        ) as opened_again_date
    from {{ ref('fct_alerts') }} as alerts
)

select * from ordered
where
    opened_date > last_date
    or closed_date <= last_date
    or opened_again_date <= last_date
    or (opened_again_date is not null and (closed_date is null or opened_again_date <= closed_date))
