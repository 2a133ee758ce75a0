-- grain: one row per obligation_id
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

line_conventions as (
    select * from {{ ref('int_line_conventions') }}
),

-- A line without a span of time is earned at once, whatever the rule for its product says.
obligations as (
    select
        invoice_lines.invoice_line_id as obligation_id,
        invoice_lines.entity_id,
        invoice_lines.source_name,
        invoice_lines.source_table,
        invoice_lines.source_record_id,
        invoice_lines.invoice_id,
        invoice_bookings.document_reference,
        invoice_lines.line_number,
        invoice_lines.customer_id,
        invoice_lines.subscription_id,
        invoice_lines.product_id,
        invoice_lines.line_type,
        invoice_lines.is_proration,
        invoice_bookings.currency_code,
        invoice_bookings.functional_currency_code,
        invoice_lines.net_amount_minor,
        invoice_lines.tax_amount_minor,
        invoice_lines.net_amount_minor + invoice_lines.tax_amount_minor as gross_amount_minor,
        {{ convert_money(
            'invoice_lines.net_amount_minor', 'invoice_bookings.multiplier', 'invoice_bookings.divisor'
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
        coalesce(
            invoice_lines.service_start_date, invoice_bookings.booked_date
        ) as service_start_date,
        case
            when invoice_lines.service_end_date > invoice_lines.service_start_date
                then invoice_lines.service_end_date
            else coalesce(invoice_lines.service_start_date, invoice_bookings.booked_date)
        end as service_end_date,
        case
            when invoice_lines.service_end_date > invoice_lines.service_start_date
                then coalesce(line_conventions.convention, 'daily')
            else 'at_invoice'
        end as convention,
        invoice_bookings.recorded_at
    from invoice_lines
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
    left join line_conventions
        on
            invoice_lines.line_type = line_conventions.line_type
            and invoice_bookings.booked_date = line_conventions.booked_date
            and coalesce(invoice_lines.product_id, '') = coalesce(line_conventions.product_id, '')
            and coalesce(invoice_lines.price_id, '') = coalesce(line_conventions.price_id, '')
)

select * from obligations
