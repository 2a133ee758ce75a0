-- grain: one row per rate_date, currency_code
with

landed as (
    select * from {{ from_sources('rate_sources', 'exchange_rates') }}
),

published as (
    select
        rate_date,
        currency_code,
        units_per_euro
    from landed
    where currency_code <> 'EUR'
    union all
    select
        rate_date,
        'EUR' as currency_code,
        1 as units_per_euro
    from landed
    group by rate_date
),

numbered as (
    select
        rate_date,
        currency_code,
        units_per_euro,
        row_number() over (partition by currency_code order by rate_date) as publication_number
    from published
),

-- A rate may be carried a month past the last one its currency ever had, no further.
spans as (
    select
        currency_code,
        min(rate_date) as first_date,
        cast({{ dbt.dateadd('day', 31, 'max(rate_date)') }} as date) as last_date
    from published
    group by currency_code
),

first_days as (
    select min(first_date) as first_date
    from spans
),

numbers as (
    {{ dbt.generate_series(36600) }}
),

calendar as (
    select
        cast({{ dbt.dateadd(
            'day', 'cast(numbers.generated_number as integer) - 1', 'first_days.first_date'
        ) }} as date) as rate_date
    from numbers
    cross join first_days
),

currency_days as (
    select
        calendar.rate_date,
        spans.currency_code,
        sum(case when published.rate_date is null then 0 else 1 end) over (
            partition by spans.currency_code
            order by calendar.rate_date
            rows between unbounded preceding and current row
        ) as publication_number
    from calendar
    inner join spans
        on calendar.rate_date >= spans.first_date and calendar.rate_date <= spans.last_date
    left join published
        on
            calendar.rate_date = published.rate_date
            and spans.currency_code = published.currency_code
),

exchange_rates_daily as (
    select
        currency_days.rate_date,
        currency_days.currency_code,
        cast(numbered.units_per_euro as decimal(18, 8)) as units_per_euro,
        numbered.rate_date as published_date,
        currency_days.rate_date > numbered.rate_date as is_carried_forward
    from currency_days
    inner join numbered
        on
            currency_days.currency_code = numbered.currency_code
            and currency_days.publication_number = numbered.publication_number
)

select * from exchange_rates_daily
