-- Invariant: the kinds of movement of an account sum to what it moved in the month (L19).
-- Grain: entity, account role, month.
-- A row: an account whose events sum to another movement than the trial balance says.
-- Then: sum the month's expected entries of the account by event.
with

by_event as (
    select
        entity_id,
        account_role,
        currency_code,
        month_start,
        sum(movement_amount) as movement_amount
    from {{ ref('rpt_account_movements') }}
    group by
        entity_id,
        account_role,
        currency_code,
        month_start
),

compared as (
    select
        coalesce(trial_balance.entity_id, by_event.entity_id) as entity_id,
        coalesce(trial_balance.account_role, by_event.account_role) as account_role,
        coalesce(trial_balance.month_start, by_event.month_start) as month_start,
        trial_balance.expected_debit_amount - trial_balance.expected_credit_amount
            as expected_amount,
        by_event.movement_amount,
        case
            when trial_balance.entity_id is null then 'not in the books'
            when
                trial_balance.expected_debit_amount - trial_balance.expected_credit_amount
                <> coalesce(by_event.movement_amount, 0)
                then 'differs'
            else 'ok'
        end as status
    from {{ ref('rpt_trial_balance') }} as trial_balance
    full outer join by_event
        on
            trial_balance.entity_id = by_event.entity_id
            and trial_balance.account_role = by_event.account_role
            and trial_balance.currency_code = by_event.currency_code
            and trial_balance.month_start = by_event.month_start
)

select * from compared
where status <> 'ok'
