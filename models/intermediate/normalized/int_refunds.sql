-- grain: one row per refund_id
with

readable as (
    select * from {{ from_sources(['billing_sources', 'processor_sources'], 'refunds') }}
),

-- A processor that is not the billing system knows the payment, and the payment its invoice.
payments as (
    select * from {{ ref('int_payments') }}
    where
        charge_reference is not null
        and not ({{ plays_role('source_name', 'billing_sources') }})
),

of_payments as (
    select
        readable.*,
        coalesce(readable.invoice_id, payments.invoice_id) as paid_invoice_id,
        coalesce(readable.customer_id, payments.customer_id) as payer_id
    from readable
    left join payments
        on
            readable.entity_id = payments.entity_id
            and readable.source_name = payments.source_name
            and readable.charge_reference = payments.charge_reference
),

refunds as (
    select
        refund_id,
        charge_reference,
        paid_invoice_id as invoice_id,
        payer_id as customer_id,
        currency_code,
        amount_minor,
        status,
        reason,
        created_at,
        {{ accounting_date('created_at', 'entity_timezone') }} as created_date,
        posted_at,
        {{ accounting_date('posted_at', 'entity_timezone') }} as posted_date,
        failed_at,
        {{ accounting_date('failed_at', 'entity_timezone') }} as failed_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from of_payments
)

select * from refunds
