-- grain: one row per calendar_name, period
with

fiscal_calendars as (
    select * from {{ ref('fiscal_calendars') }}
),

period_numbers as (
    {{ dbt.generate_series(12) }}
),

numbered as (
    select
        fiscal_calendars.calendar_name,
        fiscal_calendars.fiscal_year,
        fiscal_calendars.pattern,
        fiscal_calendars.start_date as year_start_date,
        coalesce(fiscal_calendars.week_count, 52) as week_count,
        cast(period_numbers.generated_number as int) as period_number,
        {{ integer_divide('cast(period_numbers.generated_number as int) - 1', '3') }}
            as whole_quarters
    from fiscal_calendars
    cross join period_numbers
),

-- A quarter of weeks has 13 of them; the pattern says how its three periods share them.
weeks_before as (
    select
        *,
        whole_quarters * 13 + case period_number - whole_quarters * 3
            when 1 then 0
            when 2 then cast(substring(pattern, 1, 1) as int)
            else cast(substring(pattern, 1, 1) as int) + cast(substring(pattern, 3, 1) as int)
        end as week_number
    from numbered
    where pattern <> 'month'
),

starts as (
    select
        calendar_name,
        fiscal_year,
        period_number,
        cast({{ dbt.dateadd('day', '7 * week_number', 'year_start_date') }} as date) as start_date,
        cast({{ dbt.dateadd('day', '7 * week_count', 'year_start_date') }} as date)
            as next_year_start_date
    from weeks_before
    union all
    select
        calendar_name,
        fiscal_year,
        period_number,
        cast({{ dbt.dateadd('month', 'period_number - 1', 'year_start_date') }} as date)
            as start_date,
        cast({{ dbt.dateadd('month', 12, 'year_start_date') }} as date) as next_year_start_date
    from numbered
    where pattern = 'month'
),

-- The last period of a year ends where the year does, which is how it takes the 53rd week.
ends as (
    select
        *,
        coalesce(
            lead(start_date) over (
                partition by calendar_name, fiscal_year order by period_number
            ),
            next_year_start_date
        ) as next_start_date
    from starts
),

fiscal_periods as (
    select
        calendar_name,
        fiscal_year || '-' || right('0' || cast(period_number as {{ dbt.type_string() }}), 2)
            as period,
        start_date,
        cast({{ dbt.dateadd('day', -1, 'next_start_date') }} as date) as end_date
    from ends
)

select * from fiscal_periods
