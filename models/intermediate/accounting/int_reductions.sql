-- grain: one row per scenario, reduction_id
with

reduction_claims as (
    select * from {{ ref('int_reduction_claims') }}
),

reduction_treatments as (
    select * from {{ ref('int_reduction_treatments') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

-- Nothing can be taken back before it is booked, and no reversal comes before what it reverses:
-- earlier dates, which only damaged rows have, count from the booking.
booked as (
    select
        reduction_treatments.scenario,
        reduction_claims.reduction_id,
        reduction_claims.invoice_id,
        reduction_treatments.event_type,
        reduction_treatments.split,
        reduction_treatments.policy_date,
        reduction_claims.source_name,
        reduction_claims.source_table,
        reduction_claims.source_record_id,
        reduction_claims.gross_amount_minor,
        reduction_claims.credit_note_id,
        reduction_claims.reversed_at,
        reduction_claims.reversed_date,
        reduction_claims.recorded_at,
        invoice_bookings.entity_id,
        invoice_bookings.customer_id,
        invoice_bookings.currency_code,
        invoice_bookings.functional_currency_code,
        invoice_bookings.multiplier,
        invoice_bookings.divisor,
        invoice_bookings.booked_at,
        invoice_bookings.booked_date,
        case
            when reduction_treatments.started_at < invoice_bookings.booked_at
                then invoice_bookings.booked_at
            else reduction_treatments.started_at
        end as effective_at,
        case
            when reduction_treatments.started_date < invoice_bookings.booked_date
                then invoice_bookings.booked_date
            else reduction_treatments.started_date
        end as effective_date
    from reduction_treatments
    inner join reduction_claims
        on reduction_treatments.reduction_id = reduction_claims.reduction_id
    inner join invoice_bookings
        on reduction_claims.invoice_id = invoice_bookings.invoice_id
),

reductions as (
    select
        scenario,
        reduction_id,
        entity_id,
        source_name,
        invoice_id,
        customer_id,
        currency_code,
        functional_currency_code,
        multiplier,
        divisor,
        event_type,
        split,
        policy_date,
        source_table,
        source_record_id,
        gross_amount_minor,
        credit_note_id,
        effective_at as started_at,
        effective_date as started_date,
        case when reversed_at < effective_at then effective_at else reversed_at end as reversed_at,
        case
            when reversed_date < effective_date then effective_date else reversed_date
        end as reversed_date,
        recorded_at
    from booked
)

select * from reductions
