-- Invariant: every batch of journal entries balances, and together they are the subledger (L9).
-- Grain: batch; then entity, account role.
-- A row: a batch whose debits and credits differ, or a role whose entries are not its balance.
-- Then: an item of the batch is missing: compare int_expected_ledger_items with the entries.
with

journal_entries as (
    select * from {{ ref('fct_journal_entries') }}
),

unbalanced as (
    select
        batch_id as subject,
        sum(debit_amount) as debit_amount,
        sum(credit_amount) as credit_amount
    from journal_entries
    group by batch_id
    having sum(debit_amount) <> sum(credit_amount)
),

by_role as (
    select
        entity_id,
        account_role,
        sum(debit_amount - credit_amount) as balance
    from journal_entries
    group by
        entity_id,
        account_role
),

expected as (
    select
        entity_id,
        account_role,
        sum(expected_debit_amount - expected_credit_amount) as balance
    from {{ ref('rpt_trial_balance') }}
    group by
        entity_id,
        account_role
),

incomplete as (
    select
        {{ dbt.concat(['expected.entity_id', "':'", 'expected.account_role']) }} as subject,
        coalesce(by_role.balance, 0) as debit_amount,
        expected.balance as credit_amount
    from expected
    left join by_role
        on
            expected.entity_id = by_role.entity_id
            and expected.account_role = by_role.account_role
    where coalesce(by_role.balance, 0) <> expected.balance
)

select * from unbalanced
union all
select * from incomplete
