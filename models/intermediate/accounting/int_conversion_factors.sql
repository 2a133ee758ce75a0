-- grain: one row per from_currency_code, to_currency_code, rate_date
with

dated_currencies as (
    select * from {{ ref('int_dated_currencies') }}
),

rate_factors as (
    select * from {{ ref('int_rate_factors') }}
),

-- A currency needs no rate to itself; without a rate there is no row.
conversion_factors as (
    select
        dated_currencies.currency_code as from_currency_code,
        dated_currencies.functional_currency_code as to_currency_code,
        dated_currencies.rate_date,
        case
            when dated_currencies.currency_code = dated_currencies.functional_currency_code then 1
            else rate_factors.multiplier
        end as multiplier,
        case
            when dated_currencies.currency_code = dated_currencies.functional_currency_code then 1
            else rate_factors.divisor
        end as divisor
    from dated_currencies
    left join rate_factors
        on
            dated_currencies.currency_code = rate_factors.from_currency_code
            and dated_currencies.functional_currency_code = rate_factors.to_currency_code
            and dated_currencies.rate_date = rate_factors.rate_date
    where
        dated_currencies.currency_code = dated_currencies.functional_currency_code
        or rate_factors.rate_date is not null
)

select * from conversion_factors
