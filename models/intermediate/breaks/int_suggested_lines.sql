-- grain: one row per entry_id, account_role, currency_code
with

breaks_classified as (
    select * from {{ ref('int_breaks_classified') }}
    where leg = 'ledger' and document_reference is not null
),

currencies as (
    select * from {{ ref('currencies') }}
),

journal_entries as (
    select
        entries.item_id,
        entries.batch_id,
        entries.entity_id,
        entries.account_role,
        entries.account_code,
        entries.currency_code,
        cast(
            (entries.debit_amount - entries.credit_amount)
            * {{ power_of_ten('currencies.exponent') }} as {{ dbt.type_bigint() }}
        ) as amount_minor
    from {{ ref('fct_journal_entries') }} as entries
    inner join currencies
        on entries.currency_code = currencies.currency_code
),

entry_lines as (
    select
        breaks_classified.status,
        journal_entries.batch_id,
        'correction:' || breaks_classified.entity_id || ':' || breaks_classified.document_reference
        || ':' || breaks_classified.cause as correction_id,
        breaks_classified.entity_id,
        journal_entries.account_role,
        journal_entries.currency_code,
        journal_entries.amount_minor
    from breaks_classified
    inner join journal_entries
        on breaks_classified.item_id = journal_entries.item_id
),

broken_batches as (
    select distinct batch_id from entry_lines
),

-- What is missing is posted as it stands in the entry. What is wrong is corrected by what is
-- expected less what is recorded, over all lines of the document that broke for the same cause.
lines as (
    select
        'entry:' || journal_entries.batch_id as entry_id,
        journal_entries.entity_id,
        journal_entries.account_role,
        journal_entries.currency_code,
        journal_entries.amount_minor
    from journal_entries
    inner join broken_batches
        on journal_entries.batch_id = broken_batches.batch_id
    union all
    select
        'posting:' || batch_id as entry_id,
        entity_id,
        account_role,
        currency_code,
        amount_minor
    from entry_lines
    where status = 'expected_only'
    union all
    select
        correction_id as entry_id,
        entity_id,
        account_role,
        currency_code,
        amount_minor
    from entry_lines
    union all
    select
        'correction:' || entity_id || ':' || document_reference || ':' || cause as entry_id,
        entity_id,
        account_role,
        currency_code,
        -amount_minor as amount_minor
    from breaks_classified
    where side = 'recorded'
),

-- The account of a role, where one account plays it.
accounts as (
    select
        entity_id,
        account_role,
        max(account_code) as account_code
    from journal_entries
    group by
        entity_id,
        account_role
),

suggested_lines as (
    select
        lines.entry_id,
        lines.account_role,
        lines.currency_code,
        max(accounts.account_code) as account_code,
        cast(sum(lines.amount_minor) as {{ dbt.type_bigint() }}) as amount_minor
    from lines
    left join accounts
        on
            lines.entity_id = accounts.entity_id
            and lines.account_role = accounts.account_role
    group by
        lines.entry_id,
        lines.account_role,
        lines.currency_code
    having sum(lines.amount_minor) <> 0
)

select * from suggested_lines
