-- Invariant: billing against processor and the matching say the same of the same money.
-- Grain: movement of the report, or exception of the processor leg.
-- A row: an error of the report is no break, or one of another cause; or money is a break and no error.
-- Then: look at the evidence of the movement in int_billing_facts and at the items of its document.
with

report as (
    select * from {{ ref('rpt_billing_to_processor') }}
),

causes as (
    select * from {{ ref('causes') }}
),

-- A cause that proves more than the finding may speak in its place, as everywhere else. Where both
-- sides have the same money the error is not in the money (a void invoice that was paid): no break.
errors as (
    select
        report.movement_id as subject_id,
        report.finding,
        report.break_leg,
        report.break_cause,
        case
            when
                report.break_leg is null
                and findings.leg = 'processor'
                and not (
                    report.is_in_billing
                    and report.is_at_processor
                    and coalesce(report.difference_amount, 1) = 0
                )
                then 'no break'
            when findings.leg not in (report.break_leg, 'every') then 'ok'
            when
                findings.cause <> report.break_cause
                and break_causes.precedence > finding_causes.precedence
                then 'other cause'
            else 'ok'
        end as status
    from report
    inner join {{ ref('billing_findings') }} as findings
        on report.finding = findings.finding
    left join causes as finding_causes
        on findings.cause = finding_causes.cause
    left join causes as break_causes
        on report.break_cause = break_causes.cause
    where report.is_error
),

documents as (
    select
        entity_id,
        document_reference,
        max(case when is_error then 1 else 0 end) as is_wrong,
        min(finding) as finding
    from report
    group by entity_id, document_reference
),

-- A link that only the day or the customer keeps from being a match leaves no money open.
breaks as (
    select
        exceptions.exception_id as subject_id,
        documents.finding,
        exceptions.leg as break_leg,
        exceptions.cause as break_cause,
        case when documents.is_wrong = 0 then 'no error' else 'ok' end as status
    from {{ ref('fct_exceptions') }} as exceptions
    inner join documents
        on
            exceptions.entity_id = documents.entity_id
            and exceptions.document_reference = documents.document_reference
    where exceptions.leg = 'processor' and exceptions.residual_amount <> 0
),

compared as (
    select * from errors
    union all
    select * from breaks
)

select * from compared
where status <> 'ok'
