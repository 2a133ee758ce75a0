-- grain: one row per finding_id
with

evidence as (
    select * from {{ ref('int_usage_evidence') }}
),

usage_findings as (
    select * from {{ ref('usage_findings') }}
),

finding_texts as (
    select * from {{ ref('int_usage_finding_texts') }}
),

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
),

findings_of_usage as (
    select
        evidence.finding_id,
        evidence.chain_id,
        quantity_chain.entity_id,
        quantity_chain.client_id,
        quantity_chain.service_id,
        quantity_chain.period_start_date,
        quantity_chain.currency_code,
        usage_findings.finding,
        evidence.detail,
        usage_findings.kind,
        usage_findings.precedence,
        usage_findings.is_alarm,
        evidence.comparison,
        evidence.quantity_difference_millionths,
        evidence.amount_difference_minor,
        evidence.stake_amount_minor,
        not evidence.is_estimated as is_calculated,
        evidence.is_estimated,
        finding_texts.explanation,
        usage_findings.what_to_do
    from evidence
    inner join usage_findings
        on evidence.detail = usage_findings.detail
    inner join finding_texts
        on evidence.finding_id = finding_texts.finding_id
    inner join quantity_chain
        on evidence.chain_id = quantity_chain.chain_id
)

select * from findings_of_usage
