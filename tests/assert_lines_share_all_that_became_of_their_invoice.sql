-- Invariant: what the lines of an invoice recognised and collected sums to the invoice's (L7, L19).
-- Grain: invoice and set of lines: billing's own, or those of a system that quotes its number.
-- A row: a line has more or less than its share.
-- Then: look at the weights in int_invoice_line_outcomes or int_invoiced_quantities.
with

recognised as (
    select
        invoice_id,
        sum(recognised_amount_minor) as recognised_amount_minor
    from {{ ref('int_recognition_by_month') }}
    where not is_forecast and invoice_id is not null
    group by invoice_id
),

invoices as (
    select
        collections.invoice_id,
        collections.collected_amount_minor,
        coalesce(recognised.recognised_amount_minor, 0) as recognised_amount_minor
    from {{ ref('int_invoice_collections') }} as collections
    left join recognised
        on collections.invoice_id = recognised.invoice_id
),

shared as (
    select
        'billing' as line_set,
        invoice_id,
        sum(recognised_amount_minor) as recognised_amount_minor,
        sum(collected_amount_minor) as collected_amount_minor
    from {{ ref('int_invoice_line_outcomes') }}
    group by invoice_id
    union all
    select
        'quoted' as line_set,
        invoice_id,
        sum(recognised_amount_minor) as recognised_amount_minor,
        sum(collected_amount_minor) as collected_amount_minor
    from {{ ref('int_invoiced_quantities') }}
    where not is_line_of_billing and invoice_id is not null
    group by invoice_id
),

compared as (
    select
        shared.line_set,
        shared.invoice_id,
        shared.recognised_amount_minor,
        invoices.recognised_amount_minor as recognised_of_invoice_minor,
        shared.collected_amount_minor,
        invoices.collected_amount_minor as collected_of_invoice_minor,
        case
            when invoices.invoice_id is null then 'no invoice'
            when shared.recognised_amount_minor <> invoices.recognised_amount_minor
                then 'recognised'
            when shared.collected_amount_minor <> invoices.collected_amount_minor then 'collected'
            else 'ok'
        end as status
    from shared
    left join invoices
        on shared.invoice_id = invoices.invoice_id
)

select * from compared
where status <> 'ok'
