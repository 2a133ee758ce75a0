-- grain: one row per bank_line_id
with

readable as (
    select * from {{ from_sources('bank_sources', 'bank_lines') }}
),

bank_accounts as (
    select * from {{ ref('bank_accounts') }}
),

bank_lines as (
    select
        readable.bank_line_id,
        coalesce(bank_accounts.bank_account, readable.bank_account) as bank_account,
        readable.posted_date,
        readable.amount_minor,
        readable.currency_code,
        readable.description,
        readable.reference_text,
        readable.source_name,
        readable.source_table,
        readable.source_record_id,
        readable.entity_id,
        readable.recorded_at
    from readable
    left join bank_accounts
        on
            readable.entity_id = bank_accounts.entity_id
            and readable.source_name = bank_accounts.source_name
            and readable.bank_account = bank_accounts.account_reference
)

select * from bank_lines
