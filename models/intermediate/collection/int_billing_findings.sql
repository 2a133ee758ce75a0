-- grain: one row per movement_id
with

facts as (
    select * from {{ ref('int_billing_facts') }}
),

evidence as (
    select
        movement_id,
        finding
    from {{ ref('int_billing_evidence_by_side') }}
    union all
    select
        movement_id,
        finding
    from {{ ref('int_billing_evidence_by_amount') }}
),

billing_findings as (
    select * from {{ ref('billing_findings') }}
),

-- Of what there is evidence for, the first by precedence is the finding.
ranked as (
    select
        evidence.movement_id,
        billing_findings.finding,
        billing_findings.is_error,
        billing_findings.leg,
        billing_findings.cause,
        row_number() over (
            partition by evidence.movement_id order by billing_findings.precedence asc
        ) as finding_rank
    from evidence
    inner join billing_findings
        on evidence.finding = billing_findings.finding
),

billing_findings_of_movements as (
    select
        facts.movement_id,
        facts.entity_id,
        facts.event_type,
        facts.document_reference,
        facts.invoice_id,
        facts.expected_item_id,
        facts.recorded_item_id,
        facts.is_outside,
        ranked.finding,
        ranked.is_error,
        ranked.leg as break_leg,
        ranked.cause
    from facts
    inner join ranked
        on facts.movement_id = ranked.movement_id
    where ranked.finding_rank = 1
)

select * from billing_findings_of_movements
