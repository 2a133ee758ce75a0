-- Invariant: a line that covers a whole month unchanged counts with its scheduled revenue (L7).
-- Grain: obligation, month.
-- A row: such a line whose MRR and whose revenue net of contra differ, in minor units.
-- Then: compare int_recurring_span_months with int_service_months for the line's span.
with

-- Lines that a refund, a note or any other event than booking and earning has ever touched.
touched as (
    select obligation_id
    from {{ ref('int_expected_entries') }}
    where
        obligation_id is not null
        and event_type not in ('invoice_finalised', 'revenue_recognised', 'revenue_accrued')
    group by obligation_id
),

-- Booked before service began or before the month did, so that the month catches up nothing.
-- A customer on hold has not left: what waits is in MRR and not yet in revenue.
stopped as (
    select distinct obligation_id
    from {{ ref('int_service_stops') }}
    where scenario = 'in_force'
),

unchanged as (
    select
        recurring_rates.obligation_id,
        recurring_rates.month_start,
        recurring_rates.mrr_amount_minor
    from {{ ref('int_recurring_rates') }} as recurring_rates
    left join touched
        on recurring_rates.obligation_id = touched.obligation_id
    left join stopped
        on recurring_rates.obligation_id = stopped.obligation_id
    where
        touched.obligation_id is null
        and stopped.obligation_id is null
        and recurring_rates.is_counted
        and recurring_rates.is_whole_month
        and (
            recurring_rates.booked_month < recurring_rates.month_start
            or (
                recurring_rates.booked_month = recurring_rates.month_start
                and recurring_rates.served_at_start = 0
            )
        )
),

scheduled as (
    select
        obligation_id,
        month_start,
        recognised_amount_minor - contra_amount_minor as net_amount_minor
    from {{ ref('int_recognition_by_month') }}
),

compared as (
    select
        unchanged.obligation_id,
        unchanged.month_start,
        unchanged.mrr_amount_minor,
        scheduled.net_amount_minor,
        case
            when scheduled.obligation_id is null then 'not in the schedule'
            when unchanged.mrr_amount_minor <> scheduled.net_amount_minor then 'differs'
            else 'ok'
        end as status
    from unchanged
    left join scheduled
        on
            unchanged.obligation_id = scheduled.obligation_id
            and unchanged.month_start = scheduled.month_start
)

select * from compared
where status <> 'ok'
