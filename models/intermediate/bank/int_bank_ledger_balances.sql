-- grain: one row per entity_id, bank_account, month_start
with

bank_accounts as (
    select * from {{ ref('bank_accounts') }}
    where ledger_account_code is not null
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

-- An account that two sources report is one; where they name two ledger accounts there is none.
named_accounts as (
    select
        entity_id,
        bank_account,
        min(ledger_account_code) as ledger_account_code
    from bank_accounts
    group by
        entity_id,
        bank_account
    having min(ledger_account_code) = max(ledger_account_code)
),

shared_accounts as (
    select
        *,
        count(*) over (partition by entity_id, ledger_account_code) as bank_account_count
    from named_accounts
),

postings as (
    select
        entity_id,
        account_code,
        cast({{ dbt.date_trunc('month', 'posting_date') }} as date) as month_start,
        sum(amount_minor) as amount_minor
    from ledger_lines
    group by
        entity_id,
        account_code,
        cast({{ dbt.date_trunc('month', 'posting_date') }} as date)
),

bank_ledger_balances as (
    select
        shared_accounts.entity_id,
        shared_accounts.bank_account,
        shared_accounts.ledger_account_code,
        shared_accounts.bank_account_count,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        cast(sum(coalesce(postings.amount_minor, 0)) over (
            partition by shared_accounts.entity_id, shared_accounts.bank_account
            order by reporting_months.month_start asc
            rows between unbounded preceding and current row
        ) as bigint) as balance_minor
    from shared_accounts
    inner join reporting_months
        on shared_accounts.entity_id = reporting_months.entity_id
    left join postings
        on
            shared_accounts.entity_id = postings.entity_id
            and shared_accounts.ledger_account_code = postings.account_code
            and reporting_months.month_start = postings.month_start
)

select * from bank_ledger_balances
