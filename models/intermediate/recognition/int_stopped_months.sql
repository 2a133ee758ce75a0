-- grain: one row per scenario, obligation_id, month_start
with

service_stops as (
    select * from {{ ref('int_service_stops') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

months as (
    select * from {{ ref('int_months') }}
),

-- What a stop holds back is deferred until it is released, and until today if nobody has.
stopped_months as (
    select
        service_stops.scenario,
        service_stops.obligation_id,
        months.month_start,
        months.next_month_start
    from service_stops
    inner join obligations
        on service_stops.obligation_id = obligations.obligation_id
    inner join months
        on
            obligations.booked_month <= months.month_start
            and service_stops.stopped_from < months.next_month_start
            and months.month_start <= coalesce(service_stops.resumed_on, obligations.as_of_date)
    group by
        service_stops.scenario,
        service_stops.obligation_id,
        months.month_start,
        months.next_month_start
)

select * from stopped_months
