-- grain: one row per entity_id, charge_reference
with

payments as (
    select * from {{ ref('int_payments_valued') }}
),

-- Charges whose money never lowered a receivable: it waits as a credit of the customer, or it made
-- good what had been written off. What goes back of them takes nothing from an invoice.
charges_beside_receivables as (
    select
        entity_id,
        charge_reference,
        min(payment_id) as payment_id,
        min(event_type) as event_type
    from payments
    where
        event_type in ('payment_unapplied', 'payment_recovered')
        and charge_reference is not null
    group by
        entity_id,
        charge_reference
)

select * from charges_beside_receivables
