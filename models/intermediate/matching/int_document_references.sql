-- grain: one row per entity_id, quoted_name
with

billing_documents as (
    select * from {{ ref('int_billing_documents') }}
),

money_documents as (
    select * from {{ ref('int_money_documents') }}
),

payments as (
    select * from {{ ref('int_payments') }}
),

documents as (
    select * from billing_documents
    union all
    select * from money_documents
),

-- A name that two documents share identifies neither: it resolves to nothing.
names_of_one_document as (
    select
        entity_id,
        quoted_name,
        min(document_kind) as document_kind,
        min(document_reference) as document_reference,
        min(customer_id) as customer_id,
        min(invoice_id) as invoice_id
    from documents
    group by
        entity_id,
        quoted_name
    having min(document_reference) = max(document_reference)
),

-- A payment journal that quotes the invoice means its charge, when there is exactly one and no
-- part of the invoice was paid elsewhere.
single_charges as (
    select
        entity_id,
        invoice_id,
        min(charge_reference) as charge_reference
    from payments
    where invoice_id is not null
    group by
        entity_id,
        invoice_id
    having count(*) = 1
),

document_references as (
    select
        names_of_one_document.entity_id,
        names_of_one_document.quoted_name,
        names_of_one_document.document_kind,
        names_of_one_document.document_reference,
        names_of_one_document.customer_id,
        names_of_one_document.invoice_id,
        case
            when names_of_one_document.document_kind = 'invoice'
                then coalesce(
                        single_charges.charge_reference, names_of_one_document.document_reference
                    )
            else names_of_one_document.document_reference
        end as payment_document_reference
    from names_of_one_document
    left join single_charges
        on
            names_of_one_document.entity_id = single_charges.entity_id
            and names_of_one_document.invoice_id = single_charges.invoice_id
)

select * from document_references
