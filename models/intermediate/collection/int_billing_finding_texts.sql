-- grain: one row per movement_id
with

facts as (
    select * from {{ ref('int_billing_facts') }}
),

findings as (
    select * from {{ ref('int_billing_findings') }}
),

billing_findings as (
    select * from {{ ref('billing_findings') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- Money given back reads as what was given back.
sized as (
    select
        facts.*,
        findings.finding,
        case when facts.event_type in ('refund', 'dispute_opened') then -1 else 1 end as direction
    from facts
    inner join findings
        on facts.movement_id = findings.movement_id
),

worded as (
    select
        sized.*,
        coalesce(sized.invoice_number, sized.invoice_reference, 'no invoice') as invoice_text,
        replace(sized.event_type, '_', ' ') || ' ' || sized.document_reference as document_text,
        {{ money_text(
            'sized.direction * sized.billing_amount_minor',
            'billing.exponent', 'sized.billing_currency_code'
        ) }} as billing_text,
        {{ money_text(
            'sized.direction * sized.presentment_amount_minor',
            'presentment.exponent', 'sized.presentment_currency_code'
        ) }} as presentment_text,
        {{ money_text(
            'sized.direction * sized.settlement_amount_minor',
            'settlement.exponent', 'sized.settlement_currency_code'
        ) }} as settlement_text,
        {{ money_text(
            'sized.direction * sized.converted_amount_minor',
            'settlement.exponent', 'sized.settlement_currency_code'
        ) }} as converted_text,
        {{ money_text(
            'sized.collected_amount_minor', 'invoiced.exponent', 'sized.invoice_currency_code'
        ) }} as collected_text
    from sized
    left join currencies as billing
        on sized.billing_currency_code = billing.currency_code
    left join currencies as presentment
        on sized.presentment_currency_code = presentment.currency_code
    left join currencies as settlement
        on sized.settlement_currency_code = settlement.currency_code
    left join currencies as invoiced
        on sized.invoice_currency_code = invoiced.currency_code
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
            'collected_amount': 'worded.collected_text',
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
