-- grain: one row per entity_id, bank_account, currency_code, month_start
with

bank_balances as (
    select * from {{ ref('int_bank_balances') }}
),

ledger_balances as (
    select * from {{ ref('int_bank_ledger_balances') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

converted as (
    select
        bank_balances.entity_id,
        bank_balances.bank_account,
        bank_balances.currency_code,
        bank_balances.month_start,
        bank_balances.month_end,
        {{ major_units('bank_balances.opening_minor', 'currencies.exponent') }} as opening_balance,
        {{ major_units('bank_balances.payouts_minor', 'currencies.exponent') }} as payouts_amount,
        {{ major_units('bank_balances.returns_minor', 'currencies.exponent') }} as returned_amount,
        {{ major_units('bank_balances.topups_minor', 'currencies.exponent') }} as topups_amount,
        {{ major_units('bank_balances.external_payments_minor', 'currencies.exponent') }}
            as external_payments_amount,
        {{ major_units('bank_balances.bank_fees_minor', 'currencies.exponent') }}
            as bank_fees_amount,
        {{ major_units('bank_balances.out_of_scope_minor', 'currencies.exponent') }}
            as out_of_scope_amount,
        {{ major_units('bank_balances.unexplained_minor', 'currencies.exponent') }}
            as unexplained_amount,
        {{ major_units('bank_balances.closing_minor', 'currencies.exponent') }} as closing_balance,
        {{ major_units('bank_balances.expected_balance_minor', 'currencies.exponent') }}
            as expected_balance,
        {{ major_units('bank_balances.in_transit_minor', 'currencies.exponent') }}
            as in_transit_amount,
        {{ major_units('bank_balances.missing_minor', 'currencies.exponent') }} as missing_amount,
        {{ major_units('bank_balances.open_unexplained_minor', 'currencies.exponent') }}
            as open_unexplained_amount,
        {{ major_units('bank_balances.amount_differs_minor', 'currencies.exponent') }}
            as amount_differs_amount,
        ledger_balances.ledger_account_code,
        ledger_balances.bank_account_count,
        ledger_balances.functional_currency_code as ledger_currency_code,
        {{ major_units('ledger_balances.balance_minor', 'ledger_balances.functional_exponent') }}
            as ledger_account_balance
    from bank_balances
    inner join currencies
        on bank_balances.currency_code = currencies.currency_code
    left join ledger_balances
        on
            bank_balances.entity_id = ledger_balances.entity_id
            and bank_balances.bank_account = ledger_balances.bank_account
            and bank_balances.month_start = ledger_balances.month_start
),

bank_reconciliation as (
    select
        entity_id,
        bank_account,
        currency_code,
        month_start,
        month_end,
        opening_balance,
        payouts_amount,
        returned_amount,
        topups_amount,
        external_payments_amount,
        bank_fees_amount,
        out_of_scope_amount,
        unexplained_amount,
        closing_balance,
        expected_balance,
        cast(closing_balance - expected_balance as numeric(28, 4)) as difference_amount,
        in_transit_amount,
        missing_amount,
        open_unexplained_amount,
        amount_differs_amount,
        cast(
            closing_balance - expected_balance - in_transit_amount - missing_amount
            - open_unexplained_amount - amount_differs_amount as numeric(28, 4)
        ) as residual_amount,
        cast(ledger_account_code as {{ dbt.type_string() }}) as ledger_account_code,
        cast(bank_account_count as bigint) as ledger_bank_account_count,
        ledger_currency_code,
        ledger_account_balance
    from converted
)

select * from bank_reconciliation
