-- grain: one row per invoice_line_id
with

invoices as (
    select * from {{ ref('int_invoices') }}
),

-- A product is a quantity only where somebody has made it a service, on whatever day.
products_of_services as (
    select distinct
        entity_id,
        source_name,
        reference as product_id
    from {{ ref('int_service_references') }}
    where mapping_class <> 'unmapped_service'
),

itemised_invoices as (
    select distinct invoice_id
    from {{ ref('int_itemised_invoice_lines') }}
    where quarantine_reason is null
),

invoice_lines as (
    select
        billed.*,
        {{ millionths('billed.quantity') }} as quantity_millionths
    from {{ ref('int_invoice_lines') }} as billed
    inner join products_of_services
        on
            billed.entity_id = products_of_services.entity_id
            and billed.source_name = products_of_services.source_name
            and billed.product_id = products_of_services.product_id
    where billed.quantity is not null
),

billed_quantity_lines as (
    select
        invoice_lines.invoice_line_id,
        invoice_lines.invoice_id,
        invoice_lines.entity_id,
        invoice_lines.source_name,
        invoice_lines.source_table,
        invoice_lines.source_record_id,
        invoice_lines.customer_id,
        invoice_lines.product_id,
        -- A line that takes money back, as for time that was paid and not used, takes its units back.
        case
            when invoice_lines.net_amount_minor < 0 then -abs(invoice_lines.quantity_millionths)
            else invoice_lines.quantity_millionths
        end as quantity_millionths,
        invoice_lines.net_amount_minor,
        invoice_lines.currency_code,
        invoice_lines.service_start_date,
        invoice_lines.service_end_date,
        invoice_lines.recorded_at,
        case
            when invoices.status = 'void' then 'invoice_voided'
            when itemised_invoices.invoice_id is not null then 'itemised_elsewhere'
            when invoice_lines.quantity_millionths is null then 'unreadable_quantity'
        end as own_exclude_reason
    from invoice_lines
    inner join invoices
        on invoice_lines.invoice_id = invoices.invoice_id
    left join itemised_invoices
        on invoice_lines.invoice_id = itemised_invoices.invoice_id
)

select * from billed_quantity_lines
