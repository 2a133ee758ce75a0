-- grain: one row per entity_id, document_kind, document_reference, quoted_name
with

payments as (
    select * from {{ ref('int_payments') }}
),

refunds as (
    select * from {{ ref('int_refunds') }}
),

disputes as (
    select * from {{ ref('int_disputes') }}
),

payouts as (
    select * from {{ ref('int_payouts') }}
),

movement_documents as (
    select * from {{ ref('int_movement_documents') }}
),

names as (
    select
        entity_id,
        'charge' as document_kind,
        charge_reference as document_reference,
        customer_id,
        invoice_id,
        charge_reference as quoted_name
    from payments
    where not is_out_of_band
    union all
    select
        entity_id,
        'charge' as document_kind,
        charge_reference as document_reference,
        customer_id,
        invoice_id,
        payment_reference as quoted_name
    from payments
    where not is_out_of_band
    union all
    select
        entity_id,
        'refund' as document_kind,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        source_record_id as quoted_name
    from refunds
    union all
    select
        entity_id,
        'dispute' as document_kind,
        source_record_id as document_reference,
        customer_id,
        invoice_id,
        source_record_id as quoted_name
    from disputes
    union all
    select
        entity_id,
        'payout' as document_kind,
        source_record_id as document_reference,
        null as customer_id,
        null as invoice_id,
        source_record_id as quoted_name
    from payouts
    union all
    select * from movement_documents
),

money_documents as (
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

select * from money_documents
