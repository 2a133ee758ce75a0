-- grain: one row per entity_id, month_start
with

account_months as (
    select * from {{ ref('int_account_months') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

month_numbers as (
    {{ dbt.generate_series(1200) }}
),

first_months as (
    select
        entity_id,
        min(month_start) as first_month_start
    from account_months
    group by entity_id
),

candidates as (
    select
        first_months.entity_id,
        entities.functional_currency_code,
        entities.functional_exponent,
        entities.as_of_date,
        cast({{ dbt.dateadd(
            'month',
            'cast(month_numbers.generated_number as int) - 1',
            'first_months.first_month_start'
        ) }} as date) as month_start
    from first_months
    inner join entities
        on first_months.entity_id = entities.entity_id
    cross join month_numbers
),

-- Every month from the first posting to the as-of date, so that a quiet month has a row too.
reporting_months as (
    select
        entity_id,
        functional_currency_code,
        functional_exponent,
        month_start,
        cast({{ dbt.last_day('month_start', 'month') }} as date) as month_end,
        as_of_date
    from candidates
    where month_start <= as_of_date
)

select * from reporting_months
