-- grain: one row per movement_id
with

facts as (
    select * from {{ ref('int_billing_facts') }}
),

findings as (
    select * from {{ ref('int_billing_findings') }}
),

finding_texts as (
    select * from {{ ref('int_billing_finding_texts') }}
),

billing_breaks as (
    select * from {{ ref('int_billing_breaks') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

billing_to_processor as (
    select
        facts.movement_id,
        facts.entity_id,
        facts.event_type,
        facts.processor_name,
        facts.document_reference,
        facts.movement_date,
        facts.customer_id,
        facts.invoice_id,
        facts.invoice_number,
        facts.invoice_status,
        facts.invoice_paid_at,
        facts.is_in_billing,
        facts.billing_date,
        facts.billing_currency_code,
        {{ major_units('facts.billing_amount_minor', 'billing.exponent') }} as billing_amount,
        facts.is_at_processor,
        facts.processor_date,
        facts.transaction_count,
        facts.presentment_currency_code,
        {{ major_units('facts.presentment_amount_minor', 'presentment.exponent') }}
            as presentment_amount,
        facts.settlement_currency_code,
        {{ major_units('facts.settlement_amount_minor', 'settlement.exponent') }}
            as settlement_amount,
        cast(facts.exchange_rate as numeric(18, 8)) as exchange_rate,
        {{ major_units('facts.converted_amount_minor', 'settlement.exponent') }}
            as converted_amount,
        {{ major_units('facts.fee_amount_minor', 'settlement.exponent') }} as fee_amount,
        {{ major_units('facts.net_amount_minor', 'settlement.exponent') }} as net_amount,
        coalesce(facts.billing_currency_code, facts.presentment_currency_code)
            as currency_code,
        -- Two currencies have no difference.
        case
            when
                coalesce(facts.billing_currency_code, facts.presentment_currency_code)
                = coalesce(facts.presentment_currency_code, facts.billing_currency_code)
                then {{ major_units(
                    'facts.difference_minor', 'coalesce(billing.exponent, presentment.exponent)'
                ) }}
        end as difference_amount,
        findings.finding,
        findings.is_error,
        finding_texts.finding_text,
        finding_texts.next_step_text,
        billing_breaks.leg as break_leg,
        billing_breaks.cause as break_cause,
        billing_breaks.exception_id
    from facts
    inner join findings
        on facts.movement_id = findings.movement_id
    inner join finding_texts
        on facts.movement_id = finding_texts.movement_id
    left join billing_breaks
        on facts.movement_id = billing_breaks.movement_id
    left join currencies as billing
        on facts.billing_currency_code = billing.currency_code
    left join currencies as presentment
        on facts.presentment_currency_code = presentment.currency_code
    left join currencies as settlement
        on facts.settlement_currency_code = settlement.currency_code
)

select * from billing_to_processor
