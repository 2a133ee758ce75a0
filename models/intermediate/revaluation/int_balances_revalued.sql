-- grain: one row per entity_id, account_role, currency_code, month_start
with

balances_by_currency as (
    select * from {{ ref('int_balances_by_currency') }}
),

rate_factors as (
    select * from {{ ref('int_rate_factors') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- The last rate published on or before the day. A currency needs no rate to itself; without a
-- rate there is no amount, never one at 1.0.
rated as (
    select
        balances_by_currency.*,
        currencies.exponent,
        balances_by_currency.currency_code = balances_by_currency.functional_currency_code
            as is_functional,
        rate_factors.multiplier,
        rate_factors.divisor,
        exchange_rates.published_date
    from balances_by_currency
    inner join currencies
        on balances_by_currency.currency_code = currencies.currency_code
    left join rate_factors
        on
            balances_by_currency.currency_code = rate_factors.from_currency_code
            and balances_by_currency.functional_currency_code = rate_factors.to_currency_code
            and balances_by_currency.balance_date = rate_factors.rate_date
    left join exchange_rates
        on
            balances_by_currency.currency_code = exchange_rates.from_currency_code
            and balances_by_currency.functional_currency_code = exchange_rates.to_currency_code
            and balances_by_currency.balance_date = exchange_rates.rate_date
    where
        balances_by_currency.open_amount_minor <> 0
        or balances_by_currency.carrying_amount_minor <> 0
),

balances_revalued as (
    select
        entity_id,
        account_role,
        currency_code,
        exponent,
        functional_currency_code,
        functional_exponent,
        month_start,
        balance_date,
        cast({{ dbt.dateadd('day', 1, 'balance_date') }} as date) as reversal_date,
        open_amount_minor,
        carrying_amount_minor,
        case when not is_functional then published_date end as rate_published_date,
        case
            when is_functional then 100000000
            else {{ round_ratio(
                '100000000',
                wide_integer('multiplier') ~ ' * ' ~ power_of_ten('exponent'),
                wide_integer('divisor') ~ ' * ' ~ power_of_ten('functional_exponent')
            ) }}
        end as closing_rate_hundred_millionths,
        case
            when is_functional then open_amount_minor
            when open_amount_minor = 0 then 0
            else {{ convert_money('open_amount_minor', 'multiplier', 'divisor') }}
        end as closing_amount_minor,
        not is_functional and open_amount_minor <> 0 and multiplier is null as is_rate_missing,
        case
            when open_amount_minor = 0 then 'settled: what is left is a realised difference'
            when is_functional then 'functional currency: at no risk of rates'
            when multiplier is null
                then 'no rate published on the balance date or in the 31 days before it'
            else 'revalued at the closing rate'
        end as explanation
    from rated
)

select * from balances_revalued
