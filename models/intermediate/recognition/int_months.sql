-- grain: one row per month_start
with

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

first_booking as (
    select min(booked_month) as month_start
    from invoice_bookings
),

-- A hundred years from the first booking: no date that can be read lies outside them.
month_numbers as (
    {{ dbt.generate_series(1200) }}
),

month_starts as (
    select
        cast({{ dbt.dateadd(
            'month', 'cast(month_numbers.generated_number as int) - 1', 'first_booking.month_start'
        ) }} as date) as month_start
    from first_booking
    cross join month_numbers
    where first_booking.month_start is not null
),

months as (
    select
        month_start,
        cast({{ dbt.last_day('month_start', 'month') }} as date) as month_end,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as next_month_start
    from month_starts
)

select * from months
