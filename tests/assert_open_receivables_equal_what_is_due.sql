-- Invariant: an open invoice's receivable is its total less what was paid, credited and applied.
-- Grain: invoice.
-- A row: an open invoice whose entries leave another receivable, with both amounts in minor units.
-- Then: list the invoice's entries on accounts_receivable beside its payments and notes.
with

-- Booked ones: an invoice without an exchange rate is in quarantine, not in the books.
open_invoices as (
    select
        invoices.invoice_id,
        invoices.total_amount_minor
    from {{ ref('int_invoices') }} as invoices
    inner join {{ ref('int_invoice_bookings') }} as invoice_bookings
        on invoices.invoice_id = invoice_bookings.invoice_id
    where invoices.status = 'open'
),

settled as (
    select
        invoice_id,
        amount_minor
    from {{ ref('int_payments') }}
    union all
    select
        invoice_id,
        total_amount_minor as amount_minor
    from {{ ref('int_credit_notes') }}
    where
        kind = 'pre_payment'
        and voided_at is null
    union all
    select
        invoice_id,
        amount_minor
    from {{ ref('int_customer_balance_changes') }}
    where kind = 'applied'
),

settled_by_invoice as (
    select
        invoice_id,
        sum(amount_minor) as settled_amount_minor
    from settled
    group by invoice_id
),

receivables as (
    select
        invoice_id,
        sum(amount_minor) as receivable_amount_minor
    from {{ ref('int_expected_entries') }}
    where account_role = 'accounts_receivable'
    group by invoice_id
),

compared as (
    select
        open_invoices.invoice_id,
        open_invoices.total_amount_minor - coalesce(settled_by_invoice.settled_amount_minor, 0)
            as due_amount_minor,
        coalesce(receivables.receivable_amount_minor, 0) as receivable_amount_minor
    from open_invoices
    left join settled_by_invoice
        on open_invoices.invoice_id = settled_by_invoice.invoice_id
    left join receivables
        on open_invoices.invoice_id = receivables.invoice_id
)

select * from compared
where due_amount_minor <> receivable_amount_minor
