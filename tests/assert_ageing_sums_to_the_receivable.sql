-- Invariant: open receivables of all invoices sum to the account's expected balance (L19).
-- Grain: entity, month.
-- A row: a month's end at which the ageing holds more or less than accounts_receivable.
-- Then: sum the account's entries by invoice and compare with int_receivables_by_month.
with

aged as (
    select
        entity_id,
        functional_currency_code as currency_code,
        month_start,
        sum(functional_open_amount) as open_amount
    from {{ ref('rpt_ar_ageing') }}
    group by
        entity_id,
        functional_currency_code,
        month_start
),

balances as (
    select
        entity_id,
        currency_code,
        month_start,
        expected_balance
    from {{ ref('rpt_trial_balance') }}
    where account_role = 'accounts_receivable'
),

compared as (
    select
        coalesce(balances.entity_id, aged.entity_id) as entity_id,
        coalesce(balances.currency_code, aged.currency_code) as currency_code,
        coalesce(balances.month_start, aged.month_start) as month_start,
        balances.expected_balance,
        aged.open_amount,
        case
            when balances.entity_id is null then 'not in the books'
            when balances.expected_balance <> coalesce(aged.open_amount, 0) then 'differs'
            else 'ok'
        end as status
    from balances
    full outer join aged
        on
            balances.entity_id = aged.entity_id
            and balances.currency_code = aged.currency_code
            and balances.month_start = aged.month_start
)

select * from compared
where status <> 'ok'
