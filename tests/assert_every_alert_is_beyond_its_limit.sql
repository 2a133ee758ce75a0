-- Invariant: what an alert measured is beyond the limit it names, and its peak is no less.
-- Grain: alert.
-- A row: an alert that its own figures do not justify; whoever reads it stops believing the others.
-- Then: compare the breaches of its rule with its row of alert_rules.csv.
with

compared as (
    select
        alerts.alert_id,
        alerts.alert_rule,
        alerts.measured_value,
        alerts.threshold_value,
        alerts.peak_value,
        case
            when alerts.alert_rule = 'decision_expiring'
                then alerts.measured_value <= alerts.threshold_value
            when alerts.alert_rule = 'straggler'
                then alerts.measured_value >= alerts.threshold_value
            when alerts.alert_rule in ('source_late', 'source_failed')
                then alerts.measured_value > 0
            else alerts.measured_value > alerts.threshold_value
        end as is_beyond
    from {{ ref('fct_alerts') }} as alerts
)

select * from compared
where not coalesce(is_beyond, false) or peak_value < measured_value
