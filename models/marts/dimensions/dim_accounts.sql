-- grain: one row per account_id
with

accounts as (
    select * from {{ ref('int_ledger_accounts') }}
),

described_accounts as (
    select
        account_id,
        entity_id,
        source_name,
        source_record_id,
        account_code,
        account_name,
        account_type,
        account_role
    from accounts
)

select * from described_accounts
