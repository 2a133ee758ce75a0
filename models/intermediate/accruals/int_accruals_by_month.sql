-- grain: one row per scenario, accrual_id, month_start
with

accruals as (
    select * from {{ ref('int_accruals') }}
),

accrual_schedule as (
    select * from {{ ref('int_accrual_schedule') }}
),

with_month_before as (
    select
        scenario,
        accrual_id,
        month_start,
        month_end,
        accrued_to_date_minor,
        accrued_functional_to_date_minor,
        lag(accrued_to_date_minor, 1, 0) over (
            partition by scenario, accrual_id order by month_start
        ) as accrued_before_minor,
        lag(accrued_functional_to_date_minor, 1, 0) over (
            partition by scenario, accrual_id order by month_start
        ) as accrued_functional_before_minor
    from accrual_schedule
),

-- Months without a balance and without a movement say nothing.
accruals_by_month as (
    select
        accruals.scenario,
        accruals.accrual_id,
        with_month_before.month_start,
        with_month_before.month_end,
        accruals.entity_id,
        accruals.accrual_kind,
        accruals.source_name,
        accruals.source_table,
        accruals.source_record_id,
        accruals.customer_id,
        accruals.subscription_id,
        accruals.product_id,
        accruals.contract_id,
        accruals.invoice_id,
        accruals.currency_code,
        accruals.functional_currency_code,
        with_month_before.month_end > accruals.as_of_date as is_forecast,
        with_month_before.accrued_to_date_minor - with_month_before.accrued_before_minor
            as recognised_amount_minor,
        with_month_before.accrued_to_date_minor as unbilled_amount_minor,
        with_month_before.accrued_functional_to_date_minor
        - with_month_before.accrued_functional_before_minor as recognised_functional_amount_minor,
        with_month_before.accrued_functional_to_date_minor as unbilled_functional_amount_minor
    from with_month_before
    inner join accruals
        on
            with_month_before.scenario = accruals.scenario
            and with_month_before.accrual_id = accruals.accrual_id
    where
        with_month_before.accrued_to_date_minor <> 0
        or with_month_before.accrued_before_minor <> 0
        or with_month_before.accrued_functional_to_date_minor <> 0
        or with_month_before.accrued_functional_before_minor <> 0
)

select * from accruals_by_month
