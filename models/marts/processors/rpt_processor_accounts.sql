-- grain: one row per entity_id, processor_name, month_start
with

by_month as (
    select * from {{ ref('int_processor_accounts_by_month') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

processors as (
    select distinct
        entity_id,
        processor_name
    from by_month
),

balances as (
    select
        processors.entity_id,
        processors.processor_name,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        sum(coalesce(by_month.recorded_minor, 0)) over (
            partition by processors.entity_id, processors.processor_name
            order by reporting_months.month_start
            rows between unbounded preceding and current row
        ) as recorded_minor,
        sum(coalesce(by_month.expected_minor, 0)) over (
            partition by processors.entity_id, processors.processor_name
            order by reporting_months.month_start
            rows between unbounded preceding and current row
        ) as expected_minor
    from processors
    inner join reporting_months
        on processors.entity_id = reporting_months.entity_id
    left join by_month
        on
            processors.entity_id = by_month.entity_id
            and processors.processor_name = by_month.processor_name
            and reporting_months.month_start = by_month.month_start
),

processor_accounts as (
    select
        entity_id,
        processor_name,
        functional_currency_code as currency_code,
        month_start,
        month_end,
        {{ major_units('recorded_minor', 'functional_exponent') }} as recorded_balance,
        {{ major_units('expected_minor', 'functional_exponent') }} as expected_balance,
        {{ major_units('recorded_minor - expected_minor', 'functional_exponent') }}
            as difference_amount
    from balances
)

select * from processor_accounts
