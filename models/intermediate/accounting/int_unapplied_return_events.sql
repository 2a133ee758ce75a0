-- grain: one row per event_id
with

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

unapplied_charges as (
    select * from {{ ref('int_charges_beside_receivables') }}
    where event_type = 'payment_unapplied'
),

entities as (
    select * from {{ ref('int_entities') }}
),

settlements as (
    select * from {{ ref('int_settlements') }}
),

returned_payments as (
    select * from {{ ref('int_returned_payments') }}
),

-- Money that goes back for a payment no invoice stands behind leaves the customer's balance,
-- where that payment was put.
unapplied_return_events as (
    select
        {{ dbt.concat(['returned_payments.event_type', "':'", 'returned_payments.return_id']) }}
            as event_id,
        returned_payments.entity_id,
        returned_payments.event_type,
        'unapplied' as component,
        returned_payments.source_name,
        returned_payments.source_table,
        returned_payments.source_record_id,
        returned_payments.source_record_id as document_reference,
        returned_payments.customer_id,
        settlements.payout_id as counterparty_reference,
        returned_payments.invoice_id,
        null as obligation_id,
        returned_payments.currency_code,
        returned_payments.amount_minor,
        entities.functional_currency_code,
        -settlements.functional_amount_minor as functional_amount_minor,
        returned_payments.event_date,
        returned_payments.policy_date,
        returned_payments.recorded_at
    from returned_payments
    inner join entities
        on returned_payments.entity_id = entities.entity_id
    inner join settlements
        on
            returned_payments.entity_id = settlements.entity_id
            and returned_payments.source_record_id = settlements.object_reference
            and returned_payments.settlement_kind = settlements.kind
    left join invoice_bookings
        on returned_payments.invoice_id = invoice_bookings.invoice_id
    left join unapplied_charges
        on
            returned_payments.entity_id = unapplied_charges.entity_id
            and returned_payments.charge_reference = unapplied_charges.charge_reference
    where
        invoice_bookings.invoice_id is null
        or unapplied_charges.charge_reference is not null
)

select * from unapplied_return_events
