-- grain: one row per invoice_quantity_id
with

readable as (
    select * from {{ from_sources('psa_sources', 'invoice_quantities', columns_of='psa') }}
),

invoices as (
    select * from {{ ref('int_invoices') }}
),

invoices_by_number as (
    select
        entity_id,
        invoice_number,
        min(invoice_id) as invoice_id,
        count(*) as invoices_of_number
    from invoices
    where invoice_number is not null
    group by
        entity_id,
        invoice_number
),

itemised as (
    select
        entity_id,
        invoice_number,
        sum(amount_minor) as amount_minor,
        min(currency_code) as first_currency_code,
        max(currency_code) as last_currency_code
    from readable
    group by
        entity_id,
        invoice_number
),

-- The lines stand for the invoice or they do not: what does not come to its net total is not used, and
-- the lines of billing keep their place.
itemised_invoice_lines as (
    select
        readable.invoice_quantity_id,
        readable.entity_id,
        readable.source_name,
        readable.source_table,
        readable.source_relation,
        readable.source_record_id,
        readable.version_number,
        readable.invoice_number,
        invoices.invoice_id,
        readable.client_reference,
        readable.service_reference,
        readable.service_start_date,
        readable.service_end_date,
        readable.quantity_millionths,
        readable.unit_price,
        readable.amount_minor,
        readable.currency_code,
        readable.recorded_at,
        invoices.status = 'void' as is_voided,
        case
            when invoices.invoice_id is null then 'unknown_invoice'
            when invoices_by_number.invoices_of_number > 1 then 'ambiguous_invoice'
            when
                itemised.amount_minor <> invoices.net_amount_minor
                or itemised.first_currency_code <> invoices.currency_code
                or itemised.last_currency_code <> invoices.currency_code
                then 'lines_do_not_sum'
        end as quarantine_reason
    from readable
    inner join itemised
        on
            readable.entity_id = itemised.entity_id
            and readable.invoice_number = itemised.invoice_number
    left join invoices_by_number
        on
            readable.entity_id = invoices_by_number.entity_id
            and readable.invoice_number = invoices_by_number.invoice_number
    left join invoices
        on invoices_by_number.invoice_id = invoices.invoice_id
)

select * from itemised_invoice_lines
