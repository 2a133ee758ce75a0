-- grain: one row per decision_id, finding
with

findings as (
    select * from {{ ref('int_decision_findings') }}
),

decision_subjects as (
    select * from {{ ref('int_decision_subjects') }}
),

decisions as (
    select * from {{ ref('int_decisions') }}
),

decision_findings as (
    select * from {{ ref('decision_findings') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

worded as (
    select
        findings.decision_id,
        findings.finding,
        decision_findings.is_failing,
        decisions.action,
        decisions.decision_state,
        findings.other_decision_id,
        decision_subjects.leg,
        decision_subjects.entity_id,
        coalesce(decision_subjects.item_id, decision_subjects.named) as item_id,
        decision_subjects.fingerprint_seen,
        decision_subjects.fingerprint as fingerprint_now,
        decisions.facts_seen,
        case
            when decision_subjects.item_id is null then 'nothing of that name'
            else {{ money_text(
                'decision_subjects.amount_minor',
                'currencies.exponent',
                'decision_subjects.currency_code'
            ) }} || ' on ' || cast(decision_subjects.item_date as {{ dbt.type_string() }})
                || coalesce(' for ' || decision_subjects.document_reference, ' without a reference')
        end as facts_now,
        {{ major_units('decision_subjects.amount_minor', 'currencies.exponent') }} as item_amount,
        decision_subjects.currency_code,
        decision_subjects.item_date,
        decision_subjects.document_reference,
        decisions.decided_by,
        decisions.approved_by,
        decisions.decided_on,
        decisions.ends_on,
        decisions.reason,
        decision_findings.what_to_do as advice
    from findings
    inner join decisions
        on findings.decision_id = decisions.decision_id
    inner join decision_findings
        on findings.finding = decision_findings.finding
    inner join decision_subjects
        on
            findings.decision_id = decision_subjects.decision_id
            and findings.finding = decision_subjects.finding
    left join currencies
        on decision_subjects.currency_code = currencies.currency_code
),

findings_worded as (
    select
        decision_id,
        finding,
        is_failing,
        action,
        decision_state,
        other_decision_id,
        leg,
        entity_id,
        item_id,
        fingerprint_seen,
        fingerprint_now,
        facts_seen,
        facts_now,
        item_amount,
        currency_code,
        item_date,
        document_reference,
        decided_by,
        approved_by,
        decided_on,
        ends_on,
        reason,
        replace(replace(replace(replace(
            advice,
            '{other_decision}', coalesce(other_decision_id, 'the other')
        ),
        '{decision}', decision_id),
        '{maker}', coalesce(decided_by, 'the maker')),
        '{item}', coalesce(item_id, 'no item')) as what_to_do
    from worded
)

select * from findings_worded
