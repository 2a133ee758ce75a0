-- grain: one row per invoice_line_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'invoice_lines') }}
),

on_the_wall_clock as (
    select
        *,
        {{ local_timestamp('service_start_at', 'entity_timezone') }} as service_start_local,
        {{ local_timestamp('service_end_at', 'entity_timezone') }} as service_end_local
    from readable
),

invoice_lines as (
    select
        invoice_line_id,
        invoice_id,
        customer_id,
        subscription_id,
        subscription_item_id,
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
        cast(service_start_local as date) as service_start_date,
        cast(service_end_local as date) as service_end_date,
        {{ second_of_day('service_start_local') }}
            as service_start_second,
        {{ second_of_day('service_end_local') }}
            as service_end_second,
        metadata_text,
        line_number,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from on_the_wall_clock
)

select * from invoice_lines
