-- grain: one row per from_currency_code, to_currency_code, rate_date
with

exchange_rates as (
    select * from {{ ref('int_exchange_rates') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- The two published rates stay a fraction of integers, so that an amount is multiplied out exactly
-- and rounded once.
rate_factors as (
    select
        exchange_rates.from_currency_code,
        exchange_rates.to_currency_code,
        exchange_rates.rate_date,
        cast(cast(exchange_rates.to_rate as decimal(28, 8)) * 100000000 as bigint)
        * {{ power_of_ten('to_currencies.exponent') }} as multiplier,
        cast(cast(exchange_rates.from_rate as decimal(28, 8)) * 100000000 as bigint)
        * {{ power_of_ten('from_currencies.exponent') }} as divisor
    from exchange_rates
    inner join currencies as from_currencies
        on exchange_rates.from_currency_code = from_currencies.currency_code
    inner join currencies as to_currencies
        on exchange_rates.to_currency_code = to_currencies.currency_code
)

select * from rate_factors
