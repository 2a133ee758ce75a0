-- grain: one row per payment_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'payments') }}
),

payments as (
    select
        payment_id,
        invoice_id,
        customer_id,
        currency_code,
        amount_minor,
        status,
        paid_at,
        {{ accounting_date('paid_at', 'entity_timezone') }} as paid_date,
        charge_reference,
        payment_reference,
        is_out_of_band,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from payments
