-- grain: one row per entity_id, customer_id, currency_code, month_start
with

balances as (
    select * from {{ ref('int_customer_balances_by_month') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

customer_balances as (
    select
        balances.entity_id,
        balances.customer_id,
        balances.currency_code,
        balances.month_start,
        balances.month_end,
        {{ major_units('balances.opening_minor', 'currencies.exponent') }} as opening_balance,
        {{ major_units('balances.opened_amount_minor', 'currencies.exponent') }} as opened_amount,
        {{ major_units('balances.granted_amount_minor', 'currencies.exponent') }} as granted_amount,
        {{ major_units('balances.credited_amount_minor', 'currencies.exponent') }}
            as credited_amount,
        {{ major_units('balances.overpaid_amount_minor', 'currencies.exponent') }}
            as overpaid_amount,
        {{ major_units('balances.unapplied_amount_minor', 'currencies.exponent') }}
            as unapplied_amount,
        {{ major_units('balances.applied_amount_minor', 'currencies.exponent') }} as applied_amount,
        {{ major_units('balances.assigned_amount_minor', 'currencies.exponent') }}
            as assigned_amount,
        {{ major_units('balances.returned_amount_minor', 'currencies.exponent') }}
            as returned_amount,
        {{ major_units('balances.closing_minor', 'currencies.exponent') }} as closing_balance,
        {{ major_units('balances.unapplied_cash_minor', 'currencies.exponent') }}
            as unapplied_cash_amount,
        {{ major_units('balances.credit_balance_minor', 'currencies.exponent') }} as credit_balance,
        balances.functional_currency_code,
        {{ major_units('balances.functional_closing_minor', 'balances.functional_exponent') }}
            as functional_closing_balance
    from balances
    inner join currencies
        on balances.currency_code = currencies.currency_code
)

select * from customer_balances
