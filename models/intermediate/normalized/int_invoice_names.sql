-- grain: one row per entity_id, quoted_name
with

invoices as (
    select * from {{ ref('int_invoices') }}
),

names as (
    select
        entity_id,
        lower(trim(source_record_id)) as quoted_name,
        invoice_id
    from invoices
    union all
    select
        entity_id,
        lower(trim(invoice_number)) as quoted_name,
        invoice_id
    from invoices
),

-- A name that two invoices of a company share names neither.
names_of_one_invoice as (
    select
        entity_id,
        quoted_name,
        min(invoice_id) as invoice_id
    from names
    where quoted_name <> ''
    group by
        entity_id,
        quoted_name
    having min(invoice_id) = max(invoice_id)
),

invoice_names as (
    select
        names_of_one_invoice.entity_id,
        names_of_one_invoice.quoted_name,
        names_of_one_invoice.invoice_id,
        invoices.customer_id,
        invoices.currency_code
    from names_of_one_invoice
    inner join invoices
        on names_of_one_invoice.invoice_id = invoices.invoice_id
)

select * from invoice_names
