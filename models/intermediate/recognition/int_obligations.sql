-- grain: one row per obligation_id
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

services as (
    select * from {{ ref('int_line_services') }}
),

allocated_lines as (
    select * from {{ ref('int_allocated_lines') }}
),

-- What a line is billed at stays on the receivable; what is earned of it is its share of a bundle.
invoiced as (
    select
        invoice_lines.invoice_line_id as obligation_id,
        invoice_lines.entity_id,
        invoice_lines.source_name,
        invoice_lines.source_table,
        invoice_lines.source_record_id,
        invoice_lines.invoice_id,
        invoice_bookings.document_reference,
        invoice_lines.line_number,
        services.contract_id,
        invoice_lines.customer_id,
        invoice_lines.subscription_id,
        invoice_lines.product_id,
        invoice_lines.line_type,
        invoice_lines.is_proration,
        invoice_bookings.currency_code,
        invoice_bookings.functional_currency_code,
        invoice_lines.net_amount_minor as billed_amount_minor,
        coalesce(allocated_lines.allocated_amount_minor, invoice_lines.net_amount_minor)
            as net_amount_minor,
        invoice_lines.tax_amount_minor,
        coalesce(allocated_lines.allocated_amount_minor, invoice_lines.net_amount_minor)
        + invoice_lines.tax_amount_minor as gross_amount_minor,
        {{ convert_money(
            'coalesce(allocated_lines.allocated_amount_minor, invoice_lines.net_amount_minor)',
            'invoice_bookings.multiplier',
            'invoice_bookings.divisor'
        ) }} as net_functional_amount_minor,
        {{ convert_money(
            'invoice_lines.tax_amount_minor', 'invoice_bookings.multiplier', 'invoice_bookings.divisor'
        ) }} as tax_functional_amount_minor,
        invoice_bookings.multiplier,
        invoice_bookings.divisor,
        invoice_bookings.booked_at,
        invoice_bookings.booked_date,
        invoice_bookings.booked_month,
        invoice_bookings.as_of_date,
        services.service_start_date,
        services.service_start_second,
        services.service_end_date,
        services.service_end_second,
        services.convention,
        invoice_bookings.recorded_at
    from invoice_lines
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
    inner join services
        on invoice_lines.invoice_line_id = services.invoice_line_id
    left join allocated_lines
        on invoice_lines.invoice_line_id = allocated_lines.invoice_line_id
),

-- Service taken over from the books before has the same columns in the same order.
all_obligations as (
    select * from invoiced
    union all
    select * from {{ ref('int_opening_obligations') }}
),

obligations as (
    select
        obligation_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        invoice_id,
        document_reference,
        line_number,
        contract_id,
        customer_id,
        subscription_id,
        product_id,
        line_type,
        is_proration,
        currency_code,
        functional_currency_code,
        billed_amount_minor,
        net_amount_minor,
        tax_amount_minor,
        gross_amount_minor,
        net_functional_amount_minor,
        tax_functional_amount_minor,
        multiplier,
        divisor,
        booked_at,
        booked_date,
        booked_month,
        as_of_date,
        service_start_date,
        service_start_second,
        service_end_date,
        service_end_second,
        convention,
        recorded_at
    from all_obligations
)

select * from obligations
