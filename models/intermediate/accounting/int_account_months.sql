-- grain: one row per entity_id, account_role, month_start
with

entries as (
    select * from {{ ref('int_posted_entries') }}
),

ledger_lines as (
    select * from {{ ref('int_posted_ledger_lines') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

expected as (
    select
        entries.entity_id,
        entries.account_role,
        cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date) as month_start,
        sum(
            case when entries.functional_amount_minor > 0 then entries.functional_amount_minor end
        ) as expected_debit_minor,
        sum(
            case when entries.functional_amount_minor < 0 then -entries.functional_amount_minor end
        ) as expected_credit_minor,
        0 as recorded_debit_minor,
        0 as recorded_credit_minor
    from entries
    inner join entities
        on entries.entity_id = entities.entity_id
    where entries.entry_date <= entities.as_of_date
    group by
        entries.entity_id,
        entries.account_role,
        cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date)
),

recorded as (
    select
        ledger_lines.entity_id,
        ledger_lines.account_role,
        cast({{ dbt.date_trunc('month', 'ledger_lines.posting_date') }} as date) as month_start,
        0 as expected_debit_minor,
        0 as expected_credit_minor,
        sum(case when ledger_lines.amount_minor > 0 then ledger_lines.amount_minor end)
            as recorded_debit_minor,
        sum(case when ledger_lines.amount_minor < 0 then -ledger_lines.amount_minor end)
            as recorded_credit_minor
    from ledger_lines
    inner join entities
        on ledger_lines.entity_id = entities.entity_id
    where
        ledger_lines.posting_date <= entities.as_of_date
        and ledger_lines.account_role <> 'out_of_scope'
    group by
        ledger_lines.entity_id,
        ledger_lines.account_role,
        cast({{ dbt.date_trunc('month', 'ledger_lines.posting_date') }} as date)
),

both_sides as (
    select * from expected
    union all
    select * from recorded
),

account_months as (
    select
        entity_id,
        account_role,
        month_start,
        cast(coalesce(sum(expected_debit_minor), 0) as bigint) as expected_debit_minor,
        cast(coalesce(sum(expected_credit_minor), 0) as bigint) as expected_credit_minor,
        cast(coalesce(sum(recorded_debit_minor), 0) as bigint) as recorded_debit_minor,
        cast(coalesce(sum(recorded_credit_minor), 0) as bigint) as recorded_credit_minor
    from both_sides
    group by
        entity_id,
        account_role,
        month_start
)

select * from account_months
