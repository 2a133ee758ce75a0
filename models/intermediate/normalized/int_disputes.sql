-- grain: one row per dispute_id
with

readable as (
    select * from {{ from_sources(['billing_sources', 'processor_sources'], 'disputes') }}
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

disputes as (
    select
        dispute_id,
        charge_reference,
        paid_invoice_id as invoice_id,
        payer_id as customer_id,
        currency_code,
        amount_minor,
        status,
        reason,
        opened_at,
        {{ accounting_date('opened_at', 'entity_timezone') }} as opened_date,
        won_at,
        {{ accounting_date('won_at', 'entity_timezone') }} as won_date,
        lost_at,
        {{ accounting_date('lost_at', 'entity_timezone') }} as lost_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from of_payments
)

select * from disputes
