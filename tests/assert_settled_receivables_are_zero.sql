-- Invariant: a paid, voided or written-off invoice leaves no receivable, in either currency.
-- Grain: invoice.
-- A row: a terminal invoice with a balance on accounts_receivable, in minor units.
-- Then: list the invoice's entries on accounts_receivable; a payment or note is missing or doubled.
with

terminal_invoices as (
    select
        invoice_id,
        status
    from {{ ref('int_invoices') }}
    where status in ('paid', 'void', 'uncollectible')
),

receivables as (
    select
        invoice_id,
        sum(amount_minor) as open_amount_minor,
        sum(functional_amount_minor) as open_functional_amount_minor
    from {{ ref('int_expected_entries') }}
    where account_role = 'accounts_receivable'
    group by invoice_id
)

select
    terminal_invoices.invoice_id,
    terminal_invoices.status,
    receivables.open_amount_minor,
    receivables.open_functional_amount_minor
from terminal_invoices
inner join receivables
    on terminal_invoices.invoice_id = receivables.invoice_id
where
    receivables.open_amount_minor <> 0
    or receivables.open_functional_amount_minor <> 0
