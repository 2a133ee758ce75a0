-- grain: one row per entity_id, bank_account, currency_code, month_start
with

movements as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'step_date') }} as date) as step_month
    from {{ ref('int_bank_movements') }}
),

months as (
    select * from {{ ref('int_months') }}
),

accounts as (
    select
        entity_id,
        bank_account,
        currency_code,
        as_of_date,
        min(step_month) as first_month
    from movements
    group by
        entity_id,
        bank_account,
        currency_code,
        as_of_date
),

-- Every month from an account's first movement to the as-of date, so that a quiet month has a row too.
account_months as (
    select
        accounts.entity_id,
        accounts.bank_account,
        accounts.currency_code,
        months.month_start,
        months.month_end
    from accounts
    inner join months
        on
            accounts.first_month <= months.month_start
            and accounts.as_of_date >= months.month_start
),

moved as (
    select
        account_months.entity_id,
        account_months.bank_account,
        account_months.currency_code,
        account_months.month_start,
        account_months.month_end,
        movements.movement,
        movements.reason,
        coalesce(movements.amount_minor, 0) as amount_minor,
        coalesce(movements.expected_amount_minor, 0) as expected_amount_minor,
        coalesce(movements.open_amount_minor, 0) as open_amount_minor
    from account_months
    left join movements
        on
            account_months.entity_id = movements.entity_id
            and account_months.bank_account = movements.bank_account
            and account_months.currency_code = movements.currency_code
            and account_months.month_start = movements.step_month
),

bank_months as (
    select
        entity_id,
        bank_account,
        currency_code,
        month_start,
        month_end,
        sum(amount_minor) as moved_minor,
        sum(case when movement = 'payout' then amount_minor else 0 end) as payouts_minor,
        sum(case when movement = 'payout_returned' then amount_minor else 0 end) as returns_minor,
        sum(case when movement = 'topup' then amount_minor else 0 end) as topups_minor,
        sum(case when movement = 'external_payment' then amount_minor else 0 end)
            as external_payments_minor,
        sum(case when movement = 'bank_fee' then amount_minor else 0 end) as bank_fees_minor,
        sum(case when movement = 'out_of_scope' then amount_minor else 0 end)
            as out_of_scope_minor,
        sum(case when movement = 'unexplained' then amount_minor else 0 end) as unexplained_minor,
        sum(expected_amount_minor) as expected_minor,
        sum(case when reason = 'in_transit' then open_amount_minor else 0 end)
            as change_in_transit_minor,
        sum(case when reason = 'missing' then open_amount_minor else 0 end)
            as change_missing_minor,
        sum(case when reason = 'unexplained' then open_amount_minor else 0 end)
            as change_unexplained_minor,
        sum(case when reason = 'amount_differs' then open_amount_minor else 0 end)
            as change_amount_differs_minor
    from moved
    group by
        entity_id,
        bank_account,
        currency_code,
        month_start,
        month_end
)

select * from bank_months
