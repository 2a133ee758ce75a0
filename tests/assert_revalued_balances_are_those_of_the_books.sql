-- Invariant: what is revalued carries, over all currencies, the expected balance of its account.
-- Grain: entity, account role, month.
-- A row: an account and month in which the revaluation starts from another balance than the books.
-- Then: compare int_revalued_events with int_expected_entries for that role and month.
with

revalued as (
    select
        entity_id,
        account_role,
        month_start,
        sum(carrying_functional_balance) as carrying_balance
    from {{ ref('rpt_unrealised_revaluation') }}
    group by
        entity_id,
        account_role,
        month_start
),

booked as (
    select
        trial_balance.entity_id,
        trial_balance.account_role,
        trial_balance.month_start,
        trial_balance.expected_balance - coalesce(shifts.shift_amount, 0) as expected_balance
    from {{ ref('rpt_trial_balance') }} as trial_balance
    inner join {{ ref('revalued_roles') }} as revalued_roles
        on trial_balance.account_role = revalued_roles.account_role
    -- Closed months were posted as they were then; the balances are of the documents as they are now.
    left join {{ ref('int_correction_shifts') }} as shifts
        on
            trial_balance.entity_id = shifts.entity_id
            and trial_balance.account_role = shifts.account_role
            and trial_balance.month_start = shifts.month_start
),

compared as (
    select
        coalesce(revalued.entity_id, booked.entity_id) as entity_id,
        coalesce(revalued.account_role, booked.account_role) as account_role,
        coalesce(revalued.month_start, booked.month_start) as month_start,
        revalued.carrying_balance,
        booked.expected_balance,
        case
            when booked.entity_id is null then 'not in the books'
            when coalesce(revalued.carrying_balance, 0) <> booked.expected_balance then 'differs'
            else 'ok'
        end as status
    from revalued
    full outer join booked
        on
            revalued.entity_id = booked.entity_id
            and revalued.account_role = booked.account_role
            and revalued.month_start = booked.month_start
)

select * from compared
where status <> 'ok'
