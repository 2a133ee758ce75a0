-- grain: one row per event_id, component
with

payments as (
    select * from {{ ref('int_payments_valued') }}
),

payment_components as (
    select * from {{ ref('int_payment_components') }}
),

payment_events as (
    select
        {{ dbt.concat(['payments.event_type', "':'", 'payments.payment_id']) }} as event_id,
        payments.entity_id,
        payments.event_type,
        payment_components.component,
        payments.source_name,
        payments.source_table,
        payments.source_record_id,
        payments.source_record_id as document_reference,
        payments.customer_id,
        payments.payout_id as counterparty_reference,
        payments.invoice_id,
        null as obligation_id,
        payments.currency_code,
        payment_components.amount_minor,
        payments.functional_currency_code,
        payment_components.functional_amount_minor,
        payments.paid_date as event_date,
        payments.policy_date,
        payments.recorded_at
    from payments
    inner join payment_components
        on payments.payment_id = payment_components.payment_id
    where
        payments.functional_amount_minor is not null
        and (
            payment_components.amount_minor <> 0
            or payment_components.functional_amount_minor <> 0
        )
)

select * from payment_events
