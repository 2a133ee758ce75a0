-- grain: one row per entity_id, period
with

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
    where has_close
),

close_rows as (
    select * from {{ ref('int_close_rows') }}
    where record_kind = 'period' and item = 'loaded_until'
),

-- Closing a period closes everything before it, so the first close covers all earlier days too.
frozen_periods as (
    select
        accounting_periods.entity_id,
        accounting_periods.period,
        accounting_periods.start_date,
        accounting_periods.end_date,
        cast(close_rows.value as {{ dbt.type_timestamp() }}) as loaded_until,
        coalesce(
            cast({{ dbt.dateadd('day', 1, 'lag(accounting_periods.end_date) over (
                partition by accounting_periods.entity_id
                order by accounting_periods.start_date, accounting_periods.period
            )') }} as date),
            cast('1900-01-01' as date)
        ) as covers_from
    from accounting_periods
    left join close_rows
        on
            accounting_periods.entity_id = close_rows.entity_id
            and accounting_periods.period = close_rows.period
)

select * from frozen_periods
