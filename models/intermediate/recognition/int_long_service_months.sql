-- grain: one row per obligation_id, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

service_months as (
    select * from {{ ref('int_service_months') }}
),

-- Few lines last longer than twelve months past the first month end: only they are looked at.
long_services as (
    select * from obligations
    where
        booked_date <= as_of_date
        and service_end_date > cast({{ dbt.dateadd('month', 13, 'booked_month') }} as date)
),

month_ends as (
    select
        long_services.obligation_id,
        long_services.as_of_date,
        service_months.month_start,
        service_months.month_end,
        cast({{ dbt.dateadd('month', 12, 'service_months.month_start') }} as date)
            as a_year_on_month_start,
        service_months.served_units,
        service_months.total_units
    from long_services
    inner join service_months
        on
            long_services.convention = service_months.convention
            and long_services.service_start_date = service_months.service_start_date
            and long_services.service_start_second = service_months.service_start_second
            and long_services.service_end_date = service_months.service_end_date
            and long_services.service_end_second = service_months.service_end_second
            and long_services.booked_month = service_months.booked_month
),

long_service_months as (
    select
        month_ends.obligation_id,
        month_ends.month_start,
        month_ends.month_end,
        month_ends.served_units,
        a_year_on.served_units as served_units_a_year_on,
        month_ends.total_units
    from month_ends
    inner join month_ends as a_year_on
        on
            month_ends.obligation_id = a_year_on.obligation_id
            and month_ends.a_year_on_month_start = a_year_on.month_start
            and month_ends.as_of_date >= month_ends.month_start
            and a_year_on.served_units < a_year_on.total_units
)

select * from long_service_months
