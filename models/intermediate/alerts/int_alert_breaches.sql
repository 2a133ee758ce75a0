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

source_breaches as (
    select * from {{ ref('int_source_breaches') }}
),

proof_breaches as (
    select * from {{ ref('int_proof_breaches') }}
),

decision_breaches as (
    select * from {{ ref('int_decision_breaches') }}
),

concentration_breaches as (
    select * from {{ ref('int_concentration_breaches') }}
),

alert_breaches as (
    select * from new_breaches
    union all
    select * from straggler_breaches
    union all
    select * from drift_breaches
    union all
    select * from source_breaches
    union all
    select * from proof_breaches
    union all
    select * from decision_breaches
    union all
    select * from concentration_breaches
)

select * from alert_breaches
