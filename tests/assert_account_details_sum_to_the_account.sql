-- Invariant: the documents behind an account sum to its expected balance and continue (L8, L19).
-- Grain: entity, account role, month.
-- A row: an account whose documents open, close or move otherwise than the trial balance says.
-- Then: sum the entries of the account by document_key; the role may lack a row in account_detail_keys.
with

details as (
    select
        entity_id,
        account_role,
        currency_code,
        month_start,
        sum(opening_balance) as opening_balance,
        sum(debit_amount - credit_amount) as movement_amount,
        sum(closing_balance) as closing_balance,
        sum(abs(opening_balance + debit_amount - credit_amount - closing_balance))
            as not_rolled_amount
    from {{ ref('rpt_account_details') }}
    group by
        entity_id,
        account_role,
        currency_code,
        month_start
),

accounts as (
    select
        entity_id,
        account_role,
        currency_code,
        month_start,
        expected_debit_amount - expected_credit_amount as movement_amount,
        expected_balance
    from {{ ref('rpt_trial_balance') }}
),

compared as (
    select
        coalesce(accounts.entity_id, details.entity_id) as entity_id,
        coalesce(accounts.account_role, details.account_role) as account_role,
        coalesce(accounts.month_start, details.month_start) as month_start,
        accounts.expected_balance,
        details.closing_balance,
        accounts.movement_amount,
        details.movement_amount as detailed_movement_amount,
        case
            when accounts.entity_id is null then 'not in the books'
            when accounts.expected_balance <> coalesce(details.closing_balance, 0)
                then 'balance differs'
            when accounts.movement_amount <> coalesce(details.movement_amount, 0)
                then 'movement differs'
            when details.not_rolled_amount <> 0 then 'does not roll forward'
            else 'ok'
        end as status
    from accounts
    full outer join details
        on
            accounts.entity_id = details.entity_id
            and accounts.account_role = details.account_role
            and accounts.currency_code = details.currency_code
            and accounts.month_start = details.month_start
)

select * from compared
where status <> 'ok'
