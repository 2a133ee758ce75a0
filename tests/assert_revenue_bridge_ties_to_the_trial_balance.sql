-- Invariant: a row of the bridge made of whole accounts is what the trial balance says they moved.
-- Grain: entity, currency, month, row of the bridge.
-- A row: expected or recorded amount of the bridge differs from the accounts, or one has no row.
-- Then: compare int_bridge_movements with the entries of that account and month.
with

steps_of_whole_accounts as (
    select step
    from {{ ref('bridge_postings') }}
    group by step
    having count(event_type) = 0
),

whole_accounts as (
    select
        postings.step,
        postings.account_role,
        postings.sign
    from {{ ref('bridge_postings') }} as postings
    inner join steps_of_whole_accounts
        on postings.step = steps_of_whole_accounts.step
),

accounts as (
    select
        balances.entity_id,
        balances.currency_code,
        balances.month_start,
        whole_accounts.step,
        sum(
            whole_accounts.sign * (balances.expected_debit_amount - balances.expected_credit_amount)
        ) as expected_amount,
        sum(
            whole_accounts.sign * (balances.recorded_debit_amount - balances.recorded_credit_amount)
        ) as recorded_amount
    from {{ ref('rpt_trial_balance') }} as balances
    inner join whole_accounts
        on balances.account_role = whole_accounts.account_role
    group by
        balances.entity_id,
        balances.currency_code,
        balances.month_start,
        whole_accounts.step
),

bridge as (
    select
        shown.entity_id,
        shown.currency_code,
        shown.month_start,
        shown.step,
        shown.amount,
        shown.recorded_amount
    from {{ ref('rpt_revenue_bridge') }} as shown
    inner join steps_of_whole_accounts
        on shown.step = steps_of_whole_accounts.step
),

compared as (
    select
        coalesce(bridge.entity_id, accounts.entity_id) as entity_id,
        coalesce(bridge.currency_code, accounts.currency_code) as currency_code,
        coalesce(bridge.month_start, accounts.month_start) as month_start,
        coalesce(bridge.step, accounts.step) as step,
        bridge.amount,
        accounts.expected_amount,
        bridge.recorded_amount,
        accounts.recorded_amount as ledger_amount,
        case
            when bridge.step is null then 'no bridge'
            when bridge.amount <> coalesce(accounts.expected_amount, 0) then 'expected differs'
            when bridge.recorded_amount is null then 'nothing recorded'
            when bridge.recorded_amount <> coalesce(accounts.recorded_amount, 0)
                then 'recorded differs'
            else 'ok'
        end as status
    from accounts
    full outer join bridge
        on
            accounts.entity_id = bridge.entity_id
            and accounts.currency_code = bridge.currency_code
            and accounts.month_start = bridge.month_start
            and accounts.step = bridge.step
)

select * from compared
where status <> 'ok'
