-- grain: one row per entity_id, period, check_name, subject
with

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

close_checks as (
    select * from {{ ref('close_checks') }}
),

close_findings as (
    select * from {{ ref('int_close_findings') }}
),

close_checklist as (
    select
        accounting_periods.entity_id,
        accounting_periods.period,
        cast(close_checks.check_number as integer) as check_number,
        close_checks.check_name,
        coalesce(close_findings.subject, '') as subject,
        (close_findings.check_name is null) as is_met,
        close_checks.can_be_accepted as is_acceptable,
        coalesce(close_findings.finding_count, 0) as finding_count,
        coalesce(close_findings.currency_code, entities.functional_currency_code) as currency_code,
        close_findings.amount as finding_amount,
        close_checks.description,
        case when close_findings.check_name is not null then close_checks.what_to_do end
            as what_to_do
    from accounting_periods
    inner join entities
        on
            accounting_periods.entity_id = entities.entity_id
            and accounting_periods.start_date <= entities.as_of_date
    cross join close_checks
    left join close_findings
        on
            accounting_periods.entity_id = close_findings.entity_id
            and accounting_periods.period = close_findings.period
            and close_checks.check_name = close_findings.check_name
)

select * from close_checklist
