-- grain: one row per invoice_line_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'invoice_lines') }}
),

invoice_lines as (
    select
        invoice_line_id,
        invoice_id,
        customer_id,
        subscription_id,
        product_id,
        price_id,
        line_type,
        is_proration,
        quantity,
        currency_code,
        net_amount_minor,
        tax_amount_minor,
        service_start_at,
        service_end_at,
        {{ accounting_date('service_start_at', 'entity_timezone') }} as service_start_date,
        {{ accounting_date('service_end_at', 'entity_timezone') }} as service_end_date,
        line_number,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from invoice_lines
