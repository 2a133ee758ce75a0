-- grain: one row per accrual_id, month_start
with

accruals_by_month as (
    select * from {{ ref('int_accruals_by_month') }}
    where scenario = 'in_force'
),

currencies as (
    select * from {{ ref('currencies') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

accrual_schedule as (
    select
        accruals_by_month.accrual_id,
        accruals_by_month.month_start,
        accruals_by_month.month_end,
        accruals_by_month.entity_id,
        accruals_by_month.accrual_kind,
        accruals_by_month.source_record_id,
        accruals_by_month.customer_id,
        accruals_by_month.subscription_id,
        accruals_by_month.product_id,
        accruals_by_month.contract_id,
        accruals_by_month.invoice_id,
        accruals_by_month.is_forecast,
        accruals_by_month.currency_code,
        {{ major_units('accruals_by_month.recognised_amount_minor', 'currencies.exponent') }}
            as recognised_amount,
        {{ major_units('accruals_by_month.unbilled_amount_minor', 'currencies.exponent') }}
            as unbilled_amount,
        accruals_by_month.functional_currency_code,
        {{ major_units(
            'accruals_by_month.recognised_functional_amount_minor', 'entities.functional_exponent'
        ) }} as recognised_functional_amount,
        {{ major_units(
            'accruals_by_month.unbilled_functional_amount_minor', 'entities.functional_exponent'
        ) }} as unbilled_functional_amount
    from accruals_by_month
    inner join currencies
        on accruals_by_month.currency_code = currencies.currency_code
    inner join entities
        on accruals_by_month.entity_id = entities.entity_id
)

select * from accrual_schedule
