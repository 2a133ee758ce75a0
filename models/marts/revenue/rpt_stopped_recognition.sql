-- grain: one row per obligation_id, stop_id
with

service_stops as (
    select * from {{ ref('int_service_stops') }}
    where scenario = 'in_force'
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

revenue_holds as (
    select * from {{ ref('revenue_holds') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- The month of the as-of date: what is deferred at its end is what waits today.
latest_months as (
    select
        recognition_by_month.obligation_id,
        max(recognition_by_month.month_start) as month_start
    from recognition_by_month
    inner join obligations
        on
            recognition_by_month.obligation_id = obligations.obligation_id
            and recognition_by_month.month_start <= obligations.as_of_date
    group by recognition_by_month.obligation_id
),

stopped_recognition as (
    select
        service_stops.obligation_id,
        service_stops.stop_id,
        obligations.entity_id,
        obligations.document_reference,
        obligations.customer_id,
        obligations.product_id,
        service_stops.stopped_from,
        service_stops.resumed_on,
        coalesce(service_stops.resumed_on > obligations.as_of_date, true) as is_waiting,
        obligations.currency_code,
        {{ major_units(
            'coalesce(recognition_by_month.deferred_amount_minor, 0)', 'currencies.exponent'
        ) }} as deferred_amount,
        case
            when service_stops.stop_id = 'cancellation'
                then
                    'The subscription was cancelled. The rest waits for its refund or credit.'
            when service_stops.resumed_on is null
                then {{ dbt.concat([
                    "'Held: '",
                    "coalesce(revenue_holds.reason, 'no reason given')",
                    "'. Release it in revenue_holds.csv when that is settled.'"
                ]) }}
            else {{ dbt.concat([
                "'Held: '",
                "coalesce(revenue_holds.reason, 'no reason given')",
                "'. What was served meanwhile is earned on the day of its release.'"
            ]) }}
        end as explanation
    from service_stops
    inner join obligations
        on service_stops.obligation_id = obligations.obligation_id
    inner join currencies
        on obligations.currency_code = currencies.currency_code
    left join latest_months
        on service_stops.obligation_id = latest_months.obligation_id
    left join recognition_by_month
        on
            latest_months.obligation_id = recognition_by_month.obligation_id
            and latest_months.month_start = recognition_by_month.month_start
    left join revenue_holds
        on service_stops.stop_id = {{ dbt.concat(["'hold:'", 'revenue_holds.hold_id']) }}
)

select * from stopped_recognition
