-- grain: one row per convention, service_start_date, service_start_second, service_end_date, service_end_second, booked_month, month_start
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
        service_start_second,
        service_end_date,
        service_end_second,
        booked_month,
        case
            when
                service_end_date > service_start_date
                and service_end_second = 0
                and convention <> 'on_drawdown'
                then cast({{ dbt.dateadd('day', -1, 'service_end_date') }} as date)
            else service_end_date
        end as last_day_of_service
    from obligations
    where convention not in ('passthrough', 'excluded')
),

service_months as (
    select
        spans.convention,
        spans.service_start_date,
        spans.service_start_second,
        spans.service_end_date,
        spans.service_end_second,
        spans.booked_month,
        months.month_start,
        months.month_end,
        months.next_month_start,
        {{ units_served(
            'spans.convention',
            'spans.service_start_date',
            'spans.service_start_second',
            'spans.service_end_date',
            'spans.service_end_second',
            'months.next_month_start'
        ) }} as served_units,
        {{ units_of_service(
            'spans.convention',
            'spans.service_start_date',
            'spans.service_start_second',
            'spans.service_end_date',
            'spans.service_end_second'
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
