-- grain: one row per entity_id, processor_name, month_start
with

ledger_lines as (
    select * from {{ ref('int_posted_ledger_lines') }}
    where account_role = 'processor_clearing'
),

account_processors as (
    select * from {{ ref('int_account_roles') }}
    where account_role = 'processor_clearing'
),

entries as (
    select * from {{ ref('int_posted_entries') }}
    where account_role = 'processor_clearing'
),

-- An account names its processor in account_roles; an entry comes from one.
recorded as (
    select
        ledger_lines.entity_id,
        coalesce(entity_accounts.processor_name, common_accounts.processor_name, 'unnamed')
            as processor_name,
        ledger_lines.posting_date as moved_date,
        ledger_lines.amount_minor as recorded_minor,
        0 as expected_minor
    from ledger_lines
    left join account_processors as entity_accounts
        on
            ledger_lines.source_name = entity_accounts.source_name
            and ledger_lines.account_code = entity_accounts.account_code
            and ledger_lines.entity_id = entity_accounts.entity_key
            and ledger_lines.posting_date >= entity_accounts.effective_from
            and (
                entity_accounts.effective_until is null
                or ledger_lines.posting_date < entity_accounts.effective_until
            )
    left join account_processors as common_accounts
        on
            ledger_lines.source_name = common_accounts.source_name
            and ledger_lines.account_code = common_accounts.account_code
            and common_accounts.entity_key = ''
            and ledger_lines.posting_date >= common_accounts.effective_from
            and (
                common_accounts.effective_until is null
                or ledger_lines.posting_date < common_accounts.effective_until
            )
),

moved as (
    select * from recorded
    union all
    select
        entity_id,
        source_name as processor_name,
        entry_date as moved_date,
        0 as recorded_minor,
        functional_amount_minor as expected_minor
    from entries
),

by_month as (
    select
        entity_id,
        processor_name,
        cast({{ dbt.date_trunc('month', 'moved_date') }} as date) as month_start,
        sum(recorded_minor) as recorded_minor,
        sum(expected_minor) as expected_minor
    from moved
    group by
        entity_id,
        processor_name,
        cast({{ dbt.date_trunc('month', 'moved_date') }} as date)
)

select * from by_month
