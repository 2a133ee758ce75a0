-- grain: one row per entity_id, processor_name, currency_code, month_start
with

transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

month_numbers as (
    {{ dbt.generate_series(1200) }}
),

first_months as (
    select
        transactions.entity_id,
        transactions.processor_name,
        transactions.currency_code,
        currencies.exponent,
        entities.as_of_date,
        cast({{ dbt.date_trunc('month', 'min(transactions.occurred_date)') }} as date)
            as first_month_start
    from transactions
    inner join entities
        on transactions.entity_id = entities.entity_id
    inner join currencies
        on transactions.currency_code = currencies.currency_code
    group by
        transactions.entity_id,
        transactions.processor_name,
        transactions.currency_code,
        currencies.exponent,
        entities.as_of_date
),

candidates as (
    select
        first_months.*,
        cast({{ dbt.dateadd(
            'month', 'cast(month_numbers.generated_number as int) - 1',
            'first_months.first_month_start'
        ) }} as date) as month_start
    from first_months
    cross join month_numbers
),

-- Every month from the first movement to the as-of date, which ends the last of them early.
balance_months as (
    select
        entity_id,
        processor_name,
        currency_code,
        exponent,
        month_start,
        case
            when cast({{ dbt.last_day('month_start', 'month') }} as date) < as_of_date
                then cast({{ dbt.last_day('month_start', 'month') }} as date)
            else as_of_date
        end as balance_date
    from candidates
    where month_start <= as_of_date
)

select * from balance_months
