-- Invariant: revenue falls only in months of service, booking, a reduction or a release (L7).
-- Grain: obligation, month.
-- A row: a month with revenue before the booking or outside the service period, with the amount.
-- Then: compare the line's service period with int_service_months; a span is laid out wrongly.
with

recognition as (
    select * from {{ ref('int_recognition_by_month') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

changed_months as (
    select
        obligation_id,
        month_start
    from {{ ref('int_reduction_effects_by_month') }}
    where scenario = 'in_force'
    union distinct
    select
        obligation_id,
        month_start
    from {{ ref('int_stopped_months') }}
    where scenario = 'in_force'
),

placed as (
    select
        recognition.obligation_id,
        recognition.month_start,
        recognition.recognised_amount_minor,
        case
            when recognition.recognised_amount_minor = 0 then 'ok'
            when recognition.month_end < obligations.booked_date then 'before the booking'
            when recognition.month_start = obligations.booked_month then 'ok'
            when changed_months.obligation_id is not null then 'ok'
            when recognition.month_end < obligations.service_start_date then 'before the service'
            when
                recognition.month_start >= obligations.service_end_date
                and obligations.service_end_second = 0
                and obligations.convention <> 'on_drawdown'
                then 'after the service'
            else 'ok'
        end as status
    from recognition
    inner join obligations
        on recognition.obligation_id = obligations.obligation_id
    left join changed_months
        on
            recognition.obligation_id = changed_months.obligation_id
            and recognition.month_start = changed_months.month_start
)

select * from placed
where status <> 'ok'
