-- grain: one row per movement_id
with

findings as (
    select * from {{ ref('int_billing_findings') }}
),

billing_findings as (
    select * from {{ ref('billing_findings') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

worded as (
    select
        findings.*,
        coalesce(findings.invoice_number, findings.invoice_reference, 'no invoice') as invoice_text,
        replace(findings.event_type, '_', ' ') || ' ' || findings.document_reference
            as document_text,
        {{ money_text(
            'findings.billing_amount_minor', 'billing.exponent', 'findings.billing_currency_code'
        ) }} as billing_text,
        {{ money_text(
            'findings.presentment_amount_minor', 'presentment.exponent',
            'findings.presentment_currency_code'
        ) }} as presentment_text,
        {{ money_text(
            'findings.settlement_amount_minor', 'settlement.exponent',
            'findings.settlement_currency_code'
        ) }} as settlement_text,
        {{ money_text(
            'findings.converted_amount_minor', 'settlement.exponent',
            'findings.settlement_currency_code'
        ) }} as converted_text
    from findings
    left join currencies as billing
        on findings.billing_currency_code = billing.currency_code
    left join currencies as presentment
        on findings.presentment_currency_code = presentment.currency_code
    left join currencies as settlement
        on findings.settlement_currency_code = settlement.currency_code
),

templates as (
    select
        finding,
        'finding' as part,
        sentence
    from billing_findings
    union all
    select
        finding,
        'next_step' as part,
        next_step as sentence
    from billing_findings
),

filled as (
    select
        worded.movement_id,
        templates.part,
        {{ filled_text('templates.sentence', {
            'document': 'worded.document_text',
            'invoice': 'worded.invoice_text',
            'status': 'worded.invoice_status',
            'processor': 'worded.processor_name',
            'billing_amount': 'worded.billing_text',
            'processor_amount': 'worded.presentment_text',
            'settled_amount': 'worded.settlement_text',
            'converted_amount': 'worded.converted_text',
            'rate': 'worded.exchange_rate',
            'attempts': 'worded.attempt_count',
            'other_charge': 'coalesce(worded.earlier_reference, worded.duplicate_reference)',
            'decision': 'worded.decision_id',
        }) }} as filled_sentence
    from worded
    inner join templates
        on worded.finding = templates.finding
),

billing_finding_texts as (
    select
        movement_id,
        max(case when part = 'finding' then filled_sentence end) as finding_text,
        max(case when part = 'next_step' then filled_sentence end) as next_step_text
    from filled
    group by movement_id
)

select * from billing_finding_texts
