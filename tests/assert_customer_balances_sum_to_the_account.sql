-- Invariant: customers' balances roll forward and sum to the account's expected balance (L8, L19).
-- Grain: entity, month; customer as well where one does not roll forward.
-- A row: a month in which the account holds another balance, or a customer whose row does not add up.
-- Then: sum the entries on customer_balance by customer; a kind of movement may have no column.
with

customer_balances as (
    select * from {{ ref('rpt_customer_balances') }}
),

by_month as (
    select
        entity_id,
        functional_currency_code as currency_code,
        month_start,
        sum(functional_closing_balance) as closing_balance
    from customer_balances
    group by
        entity_id,
        functional_currency_code,
        month_start
),

account as (
    select
        entity_id,
        currency_code,
        month_start,
        -expected_balance as expected_balance
    from {{ ref('rpt_trial_balance') }}
    where account_role = 'customer_balance'
),

compared as (
    select
        coalesce(account.entity_id, by_month.entity_id) as entity_id,
        coalesce(account.month_start, by_month.month_start) as month_start,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        account.expected_balance,
        by_month.closing_balance,
        case
            when account.entity_id is null then 'not in the books'
            when account.expected_balance <> coalesce(by_month.closing_balance, 0) then 'differs'
            else 'ok'
        end as status
    from account
    full outer join by_month
        on
            account.entity_id = by_month.entity_id
            and account.currency_code = by_month.currency_code
            and account.month_start = by_month.month_start
    union all
    select
        entity_id,
        month_start,
        customer_id,
        opening_balance + opened_amount + granted_amount + credited_amount + overpaid_amount
        + unapplied_amount + applied_amount + assigned_amount + returned_amount
            as expected_balance,
        closing_balance,
        case
            when
                closing_balance <> opening_balance + opened_amount + granted_amount
                + credited_amount + overpaid_amount + unapplied_amount + applied_amount
                + assigned_amount + returned_amount
                then 'does not roll forward'
            else 'ok'
        end as status
    from customer_balances
)

select * from compared
where status <> 'ok'
