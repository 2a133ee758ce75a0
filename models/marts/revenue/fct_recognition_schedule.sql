-- grain: one row per obligation_id, month_start
with

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

recognition_schedule as (
    select
        recognition_by_month.obligation_id,
        recognition_by_month.month_start,
        recognition_by_month.month_end,
        recognition_by_month.entity_id,
        recognition_by_month.invoice_id,
        recognition_by_month.source_name,
        recognition_by_month.source_record_id,
        recognition_by_month.document_reference,
        recognition_by_month.customer_id,
        recognition_by_month.product_id,
        recognition_by_month.booked_month,
        recognition_by_month.is_forecast,
        recognition_by_month.currency_code,
        {{ major_units('recognition_by_month.recognised_amount_minor', 'currencies.exponent') }}
            as recognised_amount,
        {{ major_units('recognition_by_month.contra_amount_minor', 'currencies.exponent') }}
            as contra_amount,
        {{ major_units('recognition_by_month.deferred_amount_minor', 'currencies.exponent') }}
            as deferred_amount,
        recognition_by_month.functional_currency_code,
        {{ major_units(
            'recognition_by_month.recognised_functional_amount_minor', 'entities.functional_exponent'
        ) }} as recognised_functional_amount,
        {{ major_units(
            'recognition_by_month.contra_functional_amount_minor', 'entities.functional_exponent'
        ) }} as contra_functional_amount,
        {{ major_units(
            'recognition_by_month.deferred_functional_amount_minor', 'entities.functional_exponent'
        ) }} as deferred_functional_amount
    from recognition_by_month
    inner join currencies
        on recognition_by_month.currency_code = currencies.currency_code
    inner join entities
        on recognition_by_month.entity_id = entities.entity_id
)

select * from recognition_schedule
