-- grain: one row per month_start
with

-- The century in which every time lies that staging can read: service may begin long before its
-- invoice, and an estimate before the first invoice of all.
month_numbers as (
    {{ dbt.generate_series(1200) }}
),

month_starts as (
    select
        cast({{ dbt.dateadd(
            'month',
            'cast(generated_number as int) - 1',
            "cast('2000-01-01' as date)"
        ) }} as date) as month_start
    from month_numbers
),

months as (
    select
        month_start,
        cast({{ dbt.last_day('month_start', 'month') }} as date) as month_end,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as next_month_start
    from month_starts
)

select * from months
