-- grain: one row per payment_id
with

payments as (
    select * from {{ ref('int_payments') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

credit_notes as (
    select * from {{ ref('int_credit_notes') }}
),

balance_changes as (
    select * from {{ ref('int_customer_balance_changes') }}
),

settled_otherwise as (
    select
        invoice_id,
        issued_at as settled_at,
        total_amount_minor as amount_minor
    from credit_notes
    where kind = 'pre_payment'
    union all
    select
        invoice_id,
        voided_at as settled_at,
        -total_amount_minor as amount_minor
    from credit_notes
    where kind = 'pre_payment' and voided_at is not null
    union all
    select
        invoice_id,
        changed_at as settled_at,
        amount_minor
    from balance_changes
    where kind = 'applied'
),

settled_before as (
    select
        payments.payment_id,
        sum(settled_otherwise.amount_minor) as amount_minor
    from payments
    inner join settled_otherwise
        on
            payments.invoice_id = settled_otherwise.invoice_id
            and payments.paid_at >= settled_otherwise.settled_at
    where not payments.is_out_of_band
    group by payments.payment_id
),

-- Charges settle what is due in the order in which they come, after the notes and balances of their
-- day; what comes on top is the customer's.
charges as (
    select
        payments.payment_id,
        payments.invoice_id,
        payments.amount_minor,
        cast(greatest(0, least(
            payments.amount_minor,
            invoice_bookings.total_amount_minor - coalesce(settled_before.amount_minor, 0)
            + payments.amount_minor - sum(payments.amount_minor) over (
                partition by payments.invoice_id order by payments.paid_at, payments.payment_id
                rows between unbounded preceding and current row
            )
        )) as bigint) as applied_amount_minor
    from payments
    inner join invoice_bookings
        on payments.invoice_id = invoice_bookings.invoice_id
    left join settled_before
        on payments.payment_id = settled_before.payment_id
    where not payments.is_out_of_band
),

overpaid as (
    select
        invoice_id,
        cast(sum(amount_minor - applied_amount_minor) as bigint) as amount_minor
    from charges
    group by invoice_id
),

payments_applied as (
    select
        payment_id,
        invoice_id,
        applied_amount_minor,
        amount_minor - applied_amount_minor as overpaid_amount_minor
    from charges
    union all
    select
        payments.payment_id,
        payments.invoice_id,
        case
            when payments.amount_minor < 0
                then least(0, payments.amount_minor + coalesce(overpaid.amount_minor, 0))
            else payments.amount_minor
        end as applied_amount_minor,
        0 as overpaid_amount_minor
    from payments
    inner join invoice_bookings
        on payments.invoice_id = invoice_bookings.invoice_id
    left join overpaid
        on payments.invoice_id = overpaid.invoice_id
    where payments.is_out_of_band
)

select * from payments_applied
