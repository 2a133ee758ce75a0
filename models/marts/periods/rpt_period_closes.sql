-- grain: one row per entity_id, period
with

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

close_rows as (
    select * from {{ ref('int_close_rows') }}
),

checklist as (
    select * from {{ ref('rpt_close_checklist') }}
),

corrections as (
    select * from {{ ref('rpt_period_corrections') }}
),

closes as (
    select
        entity_id,
        period,
        count(case when record_kind = 'entry' then 1 end) as frozen_row_count,
        count(case when record_kind = 'check' and accepted_by is not null then 1 end)
            as accepted_check_count,
        max(case when record_kind = 'chain' and item = 'this_close' then value end) as close_hash
    from close_rows
    group by
        entity_id,
        period
),

unmet as (
    select
        entity_id,
        period,
        count(distinct check_name) as unmet_check_count
    from checklist
    where not is_met
    group by
        entity_id,
        period
),

corrected as (
    select
        entity_id,
        original_period,
        count(*) as correction_count
    from corrections
    group by
        entity_id,
        original_period
),

period_closes as (
    select
        accounting_periods.entity_id,
        accounting_periods.period,
        accounting_periods.start_date,
        accounting_periods.end_date,
        case
            when accounting_periods.status = 'closed' and accounting_periods.has_close
                then 'closed'
            when accounting_periods.status = 'closed' then 'closed without a close'
            when accounting_periods.has_close then 'open with a close'
            else 'open'
        end as state,
        accounting_periods.closed_at,
        cast(coalesce(unmet.unmet_check_count, 0) as bigint) as unmet_check_count,
        cast(coalesce(closes.accepted_check_count, 0) as bigint) as accepted_check_count,
        cast(coalesce(closes.frozen_row_count, 0) as bigint) as frozen_row_count,
        cast(coalesce(corrected.correction_count, 0) as bigint) as correction_count,
        closes.close_hash
    from accounting_periods
    inner join entities
        on
            accounting_periods.entity_id = entities.entity_id
            and accounting_periods.start_date <= entities.as_of_date
    left join closes
        on
            accounting_periods.entity_id = closes.entity_id
            and accounting_periods.period = closes.period
    left join unmet
        on
            accounting_periods.entity_id = unmet.entity_id
            and accounting_periods.period = unmet.period
    left join corrected
        on
            accounting_periods.entity_id = corrected.entity_id
            and accounting_periods.period = corrected.original_period
)

select * from period_closes
