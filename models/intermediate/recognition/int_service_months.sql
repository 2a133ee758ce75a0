-- grain: one row per convention, service_start_date, service_end_date, booked_month, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

months as (
    select * from {{ ref('int_months') }}
),

-- Millions of lines share a few thousand spans of service: months are laid out for the spans.
spans as (
    select distinct
        convention,
        service_start_date,
        service_end_date,
        booked_month,
        case
            when service_end_date > service_start_date
                then cast({{ dbt.dateadd('day', -1, 'service_end_date') }} as date)
            else service_start_date
        end as last_day_of_service
    from obligations
),

service_months as (
    select
        spans.convention,
        spans.service_start_date,
        spans.service_end_date,
        spans.booked_month,
        months.month_start,
        months.month_end,
        {{ units_served(
            'spans.convention',
            'spans.service_start_date',
            'spans.service_end_date',
            'months.next_month_start'
        ) }} as served_units,
        {{ units_of_service(
            'spans.convention', 'spans.service_start_date', 'spans.service_end_date'
        ) }} as total_units
    from spans
    inner join months
        on
            spans.booked_month <= months.month_start
            and (
                spans.last_day_of_service >= months.month_start
                or spans.booked_month = months.month_start
            )
)

select * from service_months
