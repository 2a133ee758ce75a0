-- grain: one row per accrual_id
with

usage_totals as (
    select * from {{ ref('int_usage_totals') }}
),

usage_periods as (
    select * from {{ ref('int_usage_periods_priced') }}
),

usage_accruals as (
    select
        'in_force' as scenario,
        {{ dbt.concat(["'usage:'", 'usage_periods.usage_period_id']) }} as accrual_id,
        'usage' as accrual_kind,
        usage_periods.usage_period_id as origin_id,
        usage_periods.entity_id,
        'metering' as source_name,
        'usage_period' as source_table,
        usage_periods.usage_period_id as source_record_id,
        usage_totals.customer_id,
        usage_periods.subscription_id,
        usage_periods.product_id,
        usage_periods.subscription_id as contract_id,
        usage_periods.invoice_id,
        usage_periods.currency_code,
        -- What has been used is delivered: nothing of it is left to serve.
        'at_invoice' as convention,
        usage_totals.first_usage_date as service_start_date,
        0 as service_start_second,
        usage_totals.last_usage_date as service_end_date,
        0 as service_end_second,
        usage_totals.first_usage_date as first_date,
        usage_periods.booked_date as replaced_date,
        cast(null as bigint) as full_amount_minor,
        cast(null as bigint) as multiplier,
        cast(null as bigint) as divisor
    from usage_totals
    inner join usage_periods
        on usage_totals.usage_period_id = usage_periods.usage_period_id
    where
        usage_periods.not_rated_reason is null
        and usage_totals.first_usage_date is not null
)

select * from usage_accruals
