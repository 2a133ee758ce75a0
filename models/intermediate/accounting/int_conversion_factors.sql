-- grain: one row per from_currency_code, to_currency_code, rate_date
with

dated_currencies as (
    select * from {{ ref('int_dated_currencies') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

currencies as (
    select
        currency_code,
        case exponent
            when 0 then 1
            when 2 then 100
            when 3 then 1000
            when 4 then 10000
        end as minor_units
    from {{ ref('currencies') }}
),

-- The two published rates stay a fraction of integers, so that an amount is multiplied out
-- exactly and rounded once. A currency needs no rate to itself; without a rate there is no row.
conversion_factors as (
    select
        dated_currencies.currency_code as from_currency_code,
        dated_currencies.functional_currency_code as to_currency_code,
        dated_currencies.rate_date,
        case
            when dated_currencies.currency_code = dated_currencies.functional_currency_code then 1
            else
                cast(cast(rates.to_rate as decimal(28, 8)) * 100000000 as bigint)
                * to_currencies.minor_units
        end as multiplier,
        case
            when dated_currencies.currency_code = dated_currencies.functional_currency_code then 1
            else
                cast(cast(rates.from_rate as decimal(28, 8)) * 100000000 as bigint)
                * from_currencies.minor_units
        end as divisor
    from dated_currencies
    inner join currencies as from_currencies
        on dated_currencies.currency_code = from_currencies.currency_code
    inner join currencies as to_currencies
        on dated_currencies.functional_currency_code = to_currencies.currency_code
    left join rates
        on
            dated_currencies.currency_code = rates.from_currency_code
            and dated_currencies.functional_currency_code = rates.to_currency_code
            and dated_currencies.rate_date = rates.rate_date
    where
        dated_currencies.currency_code = dated_currencies.functional_currency_code
        or rates.rate_date is not null
)

select * from conversion_factors
