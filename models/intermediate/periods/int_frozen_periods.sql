-- grain: one row per entity_id, period
with

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
    where has_close
),

-- Closing a period closes everything before it, so the first close covers all earlier days too.
frozen_periods as (
    select
        entity_id,
        period,
        start_date,
        end_date,
        closed_at,
        coalesce(
            cast({{ dbt.dateadd('day', 1, 'lag(end_date) over (
                partition by entity_id order by start_date, period
            )') }} as date),
            cast('1900-01-01' as date)
        ) as covers_from
    from accounting_periods
)

select * from frozen_periods
