-- grain: one row per rule_id, entity_id, leg, currency_code, subject, from_date
with

breaches_of_items as (
    select * from {{ ref('int_breaches_of_items') }}
),

breaches_of_companies as (
    select * from {{ ref('int_breaches_of_companies') }}
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
),

entities as (
    select
        entity_id,
        as_of_date,
        cast({{ dbt.dateadd('day', 1, 'as_of_date') }} as date) as day_after
    from {{ ref('int_entities') }}
),

-- Both models have the same columns in the same order.
breaches as (
    select * from breaches_of_items
    union all
    select * from breaches_of_companies
),

-- An alert holds on every day of a breach and until as many days have passed without one as its
-- rule waits. The day after the as-of date stands for: not over yet.
held as (
    select
        breaches.*,
        alert_rules.alert_rule,
        alert_rules.severity,
        alert_rules.what_to_do,
        entities.as_of_date,
        entities.day_after,
        cast({{ dbt.dateadd(
            'day', 'alert_rules.clear_after_days - 1', 'breaches.to_date'
        ) }} as date) as cleared_date
    from breaches
    inner join alert_rules
        on breaches.rule_id = alert_rules.rule_id
    inner join entities
        on
            breaches.entity_id = entities.entity_id
            and breaches.from_date <= entities.as_of_date
),

alert_breaches as (
    select
        alert_rule,
        rule_id,
        entity_id,
        leg,
        currency_code,
        subject,
        from_date,
        to_date,
        measured_value,
        threshold_value,
        value_unit,
        amount_minor,
        item_id,
        explanation,
        severity,
        what_to_do,
        as_of_date,
        least(coalesce(cleared_date, day_after), day_after) as held_to_date
    from held
)

select * from alert_breaches
