-- grain: one row per entity_id, account_role, currency_code, month_start
with

balances_revalued as (
    select * from {{ ref('int_balances_revalued') }}
),

unrealised_revaluation as (
    select
        entity_id,
        account_role,
        currency_code,
        month_start,
        balance_date,
        {{ major_units('open_amount_minor', 'exponent') }} as open_balance,
        functional_currency_code,
        {{ major_units('carrying_amount_minor', 'functional_exponent') }}
            as carrying_functional_balance,
        cast(
            cast(closing_rate_hundred_millionths as numeric(28, 8))
            * cast(0.00000001 as numeric(9, 8)) as numeric(28, 8)
        ) as closing_rate,
        rate_published_date,
        {{ major_units('closing_amount_minor', 'functional_exponent') }}
            as closing_functional_balance,
        {{ major_units('closing_amount_minor - carrying_amount_minor', 'functional_exponent') }}
            as unrealised_gain_amount,
        reversal_date,
        is_rate_missing,
        explanation
    from balances_revalued
)

select * from unrealised_revaluation
