-- grain: one row per account_id
with

readable as (
    select * from {{ from_sources('ledger_sources', 'ledger_accounts') }}
),

roles as (
    select * from {{ ref('int_account_roles') }}
),

ledger_accounts as (
    select
        readable.account_id,
        readable.account_code,
        readable.account_name,
        readable.account_type,
        coalesce(entity_roles.account_role, common_roles.account_role) as account_role,
        readable.source_name,
        readable.source_table,
        readable.source_record_id,
        readable.entity_id,
        readable.recorded_at
    from readable
    left join roles as entity_roles
        on
            readable.source_name = entity_roles.source_name
            and readable.account_code = entity_roles.account_code
            and readable.entity_id = entity_roles.entity_key
            and entity_roles.effective_until is null
    left join roles as common_roles
        on
            readable.source_name = common_roles.source_name
            and readable.account_code = common_roles.account_code
            and common_roles.entity_key = ''
            and common_roles.effective_until is null
)

select * from ledger_accounts
