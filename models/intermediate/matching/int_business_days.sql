-- grain: one row per calendar_name, calendar_date
with

holidays as (
    select * from {{ ref('holidays') }}
),

-- A hundred years of days: a calendar must not end where some ledger goes on.
day_numbers as (
    {{ dbt.generate_series(36525) }}
),

days as (
    select
        cast({{ dbt.dateadd(
            'day', 'cast(generated_number as int) - 1', "cast('2000-01-01' as date)"
        ) }} as date) as calendar_date,
        -- 1 January 2000 was a Saturday.
        generated_number % 7 in (1, 2) as is_weekend
    from day_numbers
),

calendars as (
    select distinct calendar_name
    from holidays
),

marked_days as (
    select
        calendars.calendar_name,
        days.calendar_date,
        case when days.is_weekend or holidays.holiday_date is not null then 0 else 1 end
            as business_day_count
    from days
    cross join calendars
    left join holidays
        on
            calendars.calendar_name = holidays.calendar_name
            and days.calendar_date = holidays.holiday_date
),

business_days as (
    select
        calendar_name,
        calendar_date,
        business_day_count = 1 as is_business_day,
        sum(business_day_count) over (
            partition by calendar_name
            order by calendar_date asc
            rows between unbounded preceding and current row
        ) as business_day_number
    from marked_days
)

select * from business_days
