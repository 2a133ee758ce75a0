-- grain: one row per entity_id, account_role, side, period
with

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
),

posted_entries as (
    select * from {{ ref('int_posted_entries') }}
),

posted_ledger_lines as (
    select * from {{ ref('int_posted_ledger_lines') }}
),

entries as (
    select * from {{ ref('int_expected_entries') }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

period_corrections as (
    select * from {{ ref('int_period_corrections') }}
),

-- Each figure from where it is born: what was posted, what corrects it, what is true today.
figures as (
    select
        entity_id,
        account_role,
        'expected' as side,
        entry_date as figure_date,
        case when original_period is null then 'first_reported' else 'of_earlier' end as figure,
        functional_amount_minor as amount_minor
    from posted_entries
    union all
    select
        entity_id,
        account_role,
        'recorded' as side,
        posting_date as figure_date,
        case when original_period is null then 'first_reported' else 'of_earlier' end as figure,
        amount_minor
    from posted_ledger_lines
    union all
    select
        entity_id,
        account_role,
        side,
        original_date as figure_date,
        'corrections' as figure,
        functional_amount_minor as amount_minor
    from period_corrections
    union all
    select
        entity_id,
        account_role,
        'expected' as side,
        entry_date as figure_date,
        'as_corrected' as figure,
        functional_amount_minor as amount_minor
    from entries
    union all
    select
        entity_id,
        account_role,
        'recorded' as side,
        posting_date as figure_date,
        'as_corrected' as figure,
        amount_minor
    from ledger_lines
),

period_figures as (
    select
        figures.entity_id,
        figures.account_role,
        figures.side,
        accounting_periods.period,
        accounting_periods.start_date,
        accounting_periods.end_date,
        accounting_periods.status,
        sum(case when figures.figure = 'first_reported' then figures.amount_minor else 0 end)
            as first_reported_minor,
        sum(case when figures.figure = 'corrections' then figures.amount_minor else 0 end)
            as corrections_minor,
        sum(case when figures.figure = 'as_corrected' then figures.amount_minor else 0 end)
            as as_corrected_minor,
        sum(case when figures.figure = 'of_earlier' then figures.amount_minor else 0 end)
            as of_earlier_periods_minor
    from figures
    inner join accounting_periods
        on
            figures.entity_id = accounting_periods.entity_id
            and figures.figure_date
            between accounting_periods.reaches_from and accounting_periods.end_date
    where figures.account_role <> 'out_of_scope'
    group by
        figures.entity_id,
        figures.account_role,
        figures.side,
        accounting_periods.period,
        accounting_periods.start_date,
        accounting_periods.end_date,
        accounting_periods.status
)

select * from period_figures
