-- grain: one row per rule_id, entity_id, leg, currency_code, subject, from_date
with

source_breaches as (
    select * from {{ ref('int_source_breaches') }}
),

proof_breaches as (
    select * from {{ ref('int_proof_breaches') }}
),

decision_breaches as (
    select * from {{ ref('int_decision_breaches') }}
),

-- Every model of breaches has the same columns in the same order.
all_breaches as (
    select * from source_breaches
    union all
    select * from proof_breaches
    union all
    select * from decision_breaches
),

breaches_of_companies as (
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

select * from breaches_of_companies
