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

opening_obligations as (
    select * from {{ ref('int_opening_obligations') }}
),

-- What a line is billed at stays on the receivable; what is earned of it is its share of a bundle.
considered as (
    select
        invoice_lines.invoice_line_id,
        invoice_lines.net_amount_minor as billed_amount_minor,
        coalesce(allocated_lines.allocated_amount_minor, invoice_lines.net_amount_minor)
            as net_amount_minor
    from invoice_lines
    left join allocated_lines
        on invoice_lines.invoice_line_id = allocated_lines.invoice_line_id
),

billed as (
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
        considered.billed_amount_minor,
        considered.net_amount_minor,
        invoice_lines.tax_amount_minor,
        considered.net_amount_minor + invoice_lines.tax_amount_minor as gross_amount_minor,
        {{ convert_money(
            'considered.net_amount_minor', 'invoice_bookings.multiplier', 'invoice_bookings.divisor'
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
    inner join considered
        on invoice_lines.invoice_line_id = considered.invoice_line_id
),

obligations as (
    select * from billed
    union all
    select * from opening_obligations
)

select * from obligations
