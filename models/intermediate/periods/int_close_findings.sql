-- grain: one row per entity_id, period, check_name, subject
with

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

posted_sources as (
    select * from {{ ref('int_posted_sources') }}
),

book_findings as (
    select * from {{ ref('int_close_findings_of_books') }}
),

proof_findings as (
    select * from {{ ref('int_close_findings_of_proofs') }}
),

periods as (
    select
        accounting_periods.entity_id,
        accounting_periods.period,
        accounting_periods.end_date,
        entities.as_of_date,
        lag(accounting_periods.period) over (
            partition by accounting_periods.entity_id
            order by accounting_periods.start_date, accounting_periods.period
        ) as previous_period,
        lag(accounting_periods.status) over (
            partition by accounting_periods.entity_id
            order by accounting_periods.start_date, accounting_periods.period
        ) as previous_status
    from accounting_periods
    inner join entities
        on accounting_periods.entity_id = entities.entity_id
),

no_amount as (
    select
        entity_id,
        period,
        'period_is_over' as check_name,
        'last complete day ' || cast(as_of_date as {{ dbt.type_string() }}) as subject,
        1 as finding_count
    from periods
    where as_of_date < end_date
    union all
    select
        entity_id,
        period,
        'earlier_periods_closed' as check_name,
        'period ' || previous_period as subject,
        1 as finding_count
    from periods
    where previous_status = 'open'
    union all
    select
        periods.entity_id,
        periods.period,
        'sources_complete' as check_name,
        'source ' || posted_sources.source_name as subject,
        1 as finding_count
    from periods
    inner join posted_sources
        on
            periods.entity_id = posted_sources.entity_id
            and periods.end_date > posted_sources.complete_through_date
),

close_findings as (
    select
        entity_id,
        period,
        check_name,
        subject,
        cast(finding_count as {{ dbt.type_bigint() }}) as finding_count,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as numeric(28, 4)) as amount
    from no_amount
    union all
    select
        entity_id,
        period,
        check_name,
        subject,
        finding_count,
        currency_code,
        amount
    from book_findings
    union all
    select
        entity_id,
        period,
        check_name,
        subject,
        finding_count,
        currency_code,
        amount
    from proof_findings
)

select * from close_findings
