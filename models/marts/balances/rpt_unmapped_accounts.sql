-- grain: one row per entity_id, source_name, account_code, currency_code
with

unmapped_lines as (
    select * from {{ ref('int_ledger_lines_mapped') }}
    where account_role is null
),

suggestions as (
    select * from {{ ref('int_unmapped_account_suggestions') }}
),

ledger_accounts as (
    select * from {{ ref('int_ledger_accounts') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

named as (
    select
        entity_id,
        source_name,
        account_code,
        max(account_name) as account_name,
        max(account_type) as account_type
    from ledger_accounts
    group by
        entity_id,
        source_name,
        account_code
),

by_account as (
    select
        entity_id,
        source_name,
        account_code,
        currency_code,
        min(posting_date) as first_posting_date,
        max(posting_date) as last_posting_date,
        count(*) as line_count,
        sum(greatest(amount_minor, 0)) as debit_minor,
        sum(greatest(-amount_minor, 0)) as credit_minor,
        sum(amount_minor) as net_minor
    from unmapped_lines
    group by
        entity_id,
        source_name,
        account_code,
        currency_code
),

unmapped_accounts as (
    select
        by_account.entity_id,
        by_account.source_name,
        by_account.account_code,
        named.account_name,
        named.account_type,
        by_account.currency_code,
        by_account.first_posting_date,
        by_account.last_posting_date,
        cast(by_account.line_count as bigint) as line_count,
        {{ major_units('by_account.debit_minor', 'currencies.exponent') }} as debit_amount,
        {{ major_units('by_account.credit_minor', 'currencies.exponent') }} as credit_amount,
        {{ major_units('by_account.net_minor', 'currencies.exponent') }} as net_amount,
        suggestions.suggested_role,
        cast(coalesce(suggestions.line_count, 0) as bigint) as suggesting_line_count
    from by_account
    inner join currencies
        on by_account.currency_code = currencies.currency_code
    left join named
        on
            by_account.entity_id = named.entity_id
            and by_account.source_name = named.source_name
            and by_account.account_code = named.account_code
    left join suggestions
        on
            by_account.entity_id = suggestions.entity_id
            and by_account.source_name = suggestions.source_name
            and by_account.account_code = suggestions.account_code
)

select * from unmapped_accounts
