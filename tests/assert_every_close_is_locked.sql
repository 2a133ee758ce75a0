-- Invariant: a period with a close is closed in the lock, with the days it was closed with (L11).
-- Grain: entity, period of a close.
-- A row: a close whose period is open, unknown or has other days; or one before it without a close.
-- Then: reopen with scripts/close_period.py, never by hand; restore accounting_periods.csv.
with

closes as (
    select
        entity_id,
        period,
        max(case when record_kind = 'period' and item = 'start_date' then value end) as start_date,
        max(case when record_kind = 'period' and item = 'end_date' then value end) as end_date
    from {{ ref('int_close_rows') }}
    group by
        entity_id,
        period
),

periods as (
    select
        entity_id,
        period,
        start_date,
        end_date,
        status,
        has_close,
        lag(has_close) over (partition by entity_id order by start_date, period)
            as previous_has_close,
        max(case when has_close then 1 else 0 end) over (
            partition by entity_id order by start_date, period
            rows between unbounded preceding and 1 preceding
        ) as earlier_close_count
    from {{ ref('int_accounting_periods') }}
),

compared as (
    select
        closes.entity_id,
        closes.period,
        closes.start_date,
        closes.end_date,
        case
            when periods.period is null then 'no such period'
            when periods.status <> 'closed' then 'not closed in the lock'
            when cast(periods.start_date as {{ dbt.type_string() }}) <> closes.start_date
                then 'starts on another day'
            when cast(periods.end_date as {{ dbt.type_string() }}) <> closes.end_date
                then 'ends on another day'
            when not periods.previous_has_close and periods.earlier_close_count = 1
                then 'the period before has lost its close'
            else 'ok'
        end as status
    from closes
    left join periods
        on
            closes.entity_id = periods.entity_id
            and closes.period = periods.period
)

select * from compared
where status <> 'ok'
