-- grain: one row per rule_id, entity_id, leg, currency_code, subject, from_date
with

new_breaches as (
    select * from {{ ref('int_new_unmatched_breaches') }}
),

straggler_breaches as (
    select * from {{ ref('int_straggler_breaches') }}
),

drift_breaches as (
    select * from {{ ref('int_drift_breaches') }}
),

concentration_breaches as (
    select * from {{ ref('int_concentration_breaches') }}
),

-- Every model of breaches has the same columns in the same order.
all_breaches as (
    select * from new_breaches
    union all
    select * from straggler_breaches
    union all
    select * from drift_breaches
    union all
    select * from concentration_breaches
),

breaches_of_items as (
    select
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
        explanation
    from all_breaches
)

select * from breaches_of_items
