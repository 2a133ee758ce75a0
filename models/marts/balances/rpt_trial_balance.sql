-- grain: one row per entity_id, account_role, currency_code, month_start
with

account_balances as (
    select * from {{ ref('int_account_balances') }}
),

trial_balance as (
    select
        entity_id,
        account_role,
        functional_currency_code as currency_code,
        month_start,
        month_end,
        {{ major_units('expected_debit_minor', 'functional_exponent') }} as expected_debit_amount,
        {{ major_units('expected_credit_minor', 'functional_exponent') }} as expected_credit_amount,
        {{ major_units('expected_balance_minor', 'functional_exponent') }} as expected_balance,
        {{ major_units('recorded_debit_minor', 'functional_exponent') }} as recorded_debit_amount,
        {{ major_units('recorded_credit_minor', 'functional_exponent') }} as recorded_credit_amount,
        {{ major_units('recorded_balance_minor', 'functional_exponent') }} as recorded_balance
    from account_balances
)

select * from trial_balance
