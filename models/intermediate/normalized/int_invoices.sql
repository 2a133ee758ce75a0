-- grain: one row per invoice_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'invoices') }}
),

invoices as (
    select
        invoice_id,
        invoice_number,
        customer_id,
        subscription_id,
        status,
        currency_code,
        net_amount_minor,
        tax_amount_minor,
        total_amount_minor,
        credit_applied_amount_minor,
        paid_amount_minor,
        issued_at,
        {{ accounting_date('issued_at', 'entity_timezone') }} as issued_date,
        {{ accounting_date('due_at', 'entity_timezone') }} as due_date,
        paid_at,
        {{ accounting_date('paid_at', 'entity_timezone') }} as paid_date,
        voided_at,
        {{ accounting_date('voided_at', 'entity_timezone') }} as voided_date,
        uncollectible_at,
        {{ accounting_date('uncollectible_at', 'entity_timezone') }} as uncollectible_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from invoices
