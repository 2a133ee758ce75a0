-- grain: one row per entity_id, period, check_name, subject
with

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
),

account_proofs as (
    select * from {{ ref('rpt_account_proofs') }}
),

rollforward as (
    select * from {{ ref('rpt_deferred_revenue_rollforward') }}
),

residuals as (
    select
        entity_id,
        'proofs_leave_no_residual' as check_name,
        'account ' || account_role as subject,
        currency_code,
        month_end as finding_date,
        residual_amount as amount
    from account_proofs
    where residual_amount <> 0
),

openings as (
    select
        entity_id,
        currency_code,
        month_end,
        opening_amount,
        lag(closing_amount) over (
            partition by entity_id, currency_code order by month_start
        ) as closed_with_amount
    from rollforward
),

breaks_in_rollforward as (
    select
        entity_id,
        'rollforward_continues' as check_name,
        'account deferred_revenue' as subject,
        currency_code,
        month_end as finding_date,
        opening_amount - closed_with_amount as amount
    from openings
    where opening_amount <> closed_with_amount
),

findings as (
    select * from residuals
    union all
    select * from breaks_in_rollforward
),

close_findings_of_proofs as (
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

select * from close_findings_of_proofs
