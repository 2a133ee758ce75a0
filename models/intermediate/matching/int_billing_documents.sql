-- grain: one row per entity_id, document_kind, document_reference, quoted_name
with

invoices as (
    select * from {{ ref('int_invoices') }}
),

credit_notes as (
    select * from {{ ref('int_credit_notes') }}
),

balance_changes as (
    select * from {{ ref('int_customer_balance_changes') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

names as (
    select
        entity_id,
        'customer' as document_kind,
        source_record_id as document_reference,
        customer_id,
        null as invoice_id,
        source_record_id as quoted_name
    from customers
    union all
    select
        entity_id,
        'invoice' as document_kind,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        source_record_id as quoted_name
    from invoices
    union all
    select
        entity_id,
        'invoice' as document_kind,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        invoice_number as quoted_name
    from invoices
    union all
    select
        entity_id,
        'credit_note' as document_kind,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        source_record_id as quoted_name
    from credit_notes
    union all
    select
        entity_id,
        'credit_note' as document_kind,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        credit_note_number as quoted_name
    from credit_notes
    union all
    select
        entity_id,
        'balance_change' as document_kind,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        source_record_id as quoted_name
    from balance_changes
),

billing_documents as (
    select distinct
        entity_id,
        document_kind,
        document_reference,
        customer_id,
        invoice_id,
        lower(trim(quoted_name)) as quoted_name
    from names
    where trim(quoted_name) <> ''
)

select * from billing_documents
