{% test alerts_are_closed(model, alert_severity) %}
-- Alerts of one severity that are open, each with its sentence. With severity warn the build goes on
-- and says how many; store_failures or dbt show lists them.
select
    alert_id,
    entity_id,
    alert_rule,
    opened_date,
    explanation
from {{ model }}
where closed_date is null and severity = '{{ alert_severity }}'
{% endtest %}
