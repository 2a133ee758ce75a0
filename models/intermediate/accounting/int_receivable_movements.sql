-- grain: one row per movement_id
with

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

payments as (
    select * from {{ ref('int_payments') }}
),

payments_applied as (
    select * from {{ ref('int_payments_applied') }}
    where applied_amount_minor <> 0
),

credit_notes as (
    select * from {{ ref('int_credit_notes') }}
),

balance_changes as (
    select * from {{ ref('int_customer_balance_changes') }}
),

-- What changes an open invoice before anybody gives up on it: + raises the receivable. Money that
-- arrives after a write-off is a recovery; after a void, or beyond what is due, the customer's own.
movements as (
    select
        payments.payment_id as movement_id,
        payments.invoice_id,
        payments.paid_at as moved_at,
        -payments_applied.applied_amount_minor as amount_minor
    from payments
    inner join payments_applied
        on payments.payment_id = payments_applied.payment_id
    inner join invoice_bookings
        on payments.invoice_id = invoice_bookings.invoice_id
    where
        (
            invoice_bookings.uncollectible_at is null
            or payments.paid_at <= invoice_bookings.uncollectible_at
        )
        and (
            invoice_bookings.voided_at is null
            or payments.paid_at <= invoice_bookings.voided_at
        )
    union all
    select
        credit_note_id as movement_id,
        invoice_id,
        issued_at as moved_at,
        -total_amount_minor as amount_minor
    from credit_notes
    where kind = 'pre_payment'
    union all
    select
        {{ dbt.concat(['credit_note_id', "':voided'"]) }} as movement_id,
        invoice_id,
        voided_at as moved_at,
        total_amount_minor as amount_minor
    from credit_notes
    where
        kind = 'pre_payment'
        and voided_at is not null
    union all
    select
        balance_change_id as movement_id,
        invoice_id,
        changed_at as moved_at,
        -amount_minor as amount_minor
    from balance_changes
    where kind = 'applied'
),

receivable_movements as (
    select
        movements.movement_id,
        movements.invoice_id,
        movements.moved_at,
        movements.amount_minor
    from movements
    inner join invoice_bookings
        on movements.invoice_id = invoice_bookings.invoice_id
)

select * from receivable_movements
