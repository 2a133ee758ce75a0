-- grain: one row per entity_id, period, check_name, subject
with

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
),

items as (
    select * from {{ ref('fct_reconciliation_items') }}
    where leg = 'ledger'
),

entities as (
    select * from {{ ref('int_entities') }}
),

quarantined_rows as (
    select * from {{ ref('fct_quarantined_rows') }}
),

-- What no date can be read from waits since the last complete day.
quarantined as (
    select
        quarantined_rows.entity_id,
        'no_quarantined_rows' as check_name,
        'rows of ' || quarantined_rows.source_name || ' ' || quarantined_rows.source_table || ', '
        || quarantined_rows.reason as subject,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        coalesce(
            {{ accounting_date('quarantined_rows.recorded_at', 'entities.timezone') }},
            entities.as_of_date
        ) as finding_date,
        cast(null as numeric(28, 4)) as amount
    from quarantined_rows
    inner join entities
        on quarantined_rows.entity_id = entities.entity_id
),

-- Recorded less expected, as in the account proofs. What a late source leaves open has no cause either.
unexplained as (
    select
        entity_id,
        'no_unexplained_cents' as check_name,
        'account ' || account_role
        || case when status = 'inconclusive' then ', inconclusive' else '' end as subject,
        currency_code,
        item_date as finding_date,
        case when side = 'recorded' then amount else -amount end as amount
    from items
    where
        status = 'inconclusive'
        or (
            cause = 'unknown' and status in ('discrepancy', 'expected_only', 'recorded_only')
        )
),

unlisted as (
    select
        entity_id,
        'entries_posted_or_listed' as check_name,
        'account ' || account_role as subject,
        currency_code,
        item_date as finding_date,
        amount
    from items
    where
        side = 'expected'
        and status not in ('matched', 'suggested', 'ignored', 'pending', 'inconclusive')
        and cause is null
),

findings as (
    select * from quarantined
    union all
    select * from unexplained
    union all
    select * from unlisted
),

close_findings_of_books as (
    select
        findings.entity_id,
        accounting_periods.period,
        findings.check_name,
        findings.subject,
        cast(count(*) as {{ dbt.type_bigint() }}) as finding_count,
        min(findings.currency_code) as currency_code,
        cast(sum(findings.amount) as numeric(28, 4)) as amount
    from findings
    inner join accounting_periods
        on
            findings.entity_id = accounting_periods.entity_id
            and findings.finding_date
            between accounting_periods.reaches_from and accounting_periods.end_date
    group by
        findings.entity_id,
        accounting_periods.period,
        findings.check_name,
        findings.subject
)

select * from close_findings_of_books
