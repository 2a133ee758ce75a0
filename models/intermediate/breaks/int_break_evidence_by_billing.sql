-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
),

findings as (
    select * from {{ ref('int_billing_findings') }}
    where cause is not null
),

finding_texts as (
    select * from {{ ref('int_billing_finding_texts') }}
),

-- What billing against the processor has found is the cause of the breaks of its document, so that
-- the two never say different things.
proven as (
    select
        break_items.item_id,
        findings.cause,
        findings.movement_id
    from break_items
    inner join findings
        on
            break_items.entity_id = findings.entity_id
            and break_items.document_reference = findings.document_reference
            and findings.event_type = coalesce(break_items.event_type, findings.event_type)
    where break_items.leg = 'processor' and findings.break_leg in ('processor', 'every')
    union all
    select
        break_items.item_id,
        findings.cause,
        findings.movement_id
    from break_items
    inner join findings
        on
            break_items.entity_id = findings.entity_id
            and break_items.document_reference = findings.document_reference
    where
        findings.is_outside
        and findings.break_leg in (break_items.leg, 'every')
        and break_items.status = 'expected_only'
        and (
            break_items.leg = 'bank'
            or break_items.event_type in ('payment_out_of_band', 'payment_recovered_out_of_band')
        )
),

evidence as (
    select
        proven.item_id,
        proven.cause,
        min(finding_texts.finding_text) as finding
    from proven
    inner join finding_texts
        on proven.movement_id = finding_texts.movement_id
    group by
        proven.item_id,
        proven.cause
)

select * from evidence
