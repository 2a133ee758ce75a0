-- grain: one row per invoice_line_id, bundle
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
    where not is_proration and net_amount_minor >= 0
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

price_rows as (
    select * from {{ ref('standalone_prices') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

bundle_products as (
    select
        bundle,
        product_id
    from price_rows
    group by
        bundle,
        product_id
),

-- A line that states no quantity is one of what it sells.
lines_of_bundles as (
    select
        invoice_lines.invoice_line_id,
        bundle_products.bundle,
        invoice_lines.entity_id,
        invoice_lines.invoice_id,
        invoice_lines.line_number,
        invoice_lines.customer_id,
        invoice_lines.product_id,
        invoice_lines.price_id,
        invoice_bookings.document_reference,
        invoice_bookings.booked_date,
        invoice_lines.currency_code,
        currencies.exponent,
        cast(coalesce(invoice_lines.quantity, 1) * 1000000 as bigint) as quantity_millionths,
        invoice_lines.net_amount_minor as stated_amount_minor
    from invoice_lines
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
    inner join bundle_products
        on invoice_lines.product_id = bundle_products.product_id
    inner join currencies
        on invoice_lines.currency_code = currencies.currency_code
),

-- What is said of one price goes before what is said of the product, and what is said for one
-- company before what is said for all; of these the latest on the day of the invoice holds.
rows_that_apply as (
    select
        lines_of_bundles.invoice_line_id,
        price_rows.bundle,
        price_rows.approach,
        price_rows.low_amount,
        price_rows.mid_amount,
        price_rows.high_amount,
        row_number() over (
            partition by lines_of_bundles.invoice_line_id, price_rows.bundle
            order by
                case when price_rows.price_id is null then 1 else 0 end asc,
                case when price_rows.entity_id is null then 1 else 0 end asc,
                price_rows.effective_from desc
        ) as row_rank
    from lines_of_bundles
    inner join price_rows
        on
            lines_of_bundles.bundle = price_rows.bundle
            and lines_of_bundles.product_id = price_rows.product_id
            and lines_of_bundles.currency_code = price_rows.currency_code
            and lines_of_bundles.booked_date >= price_rows.effective_from
            and lines_of_bundles.entity_id
            = coalesce(price_rows.entity_id, lines_of_bundles.entity_id)
            and coalesce(price_rows.price_id, lines_of_bundles.price_id, '')
            = coalesce(lines_of_bundles.price_id, '')
),

standalone_prices as (
    select
        lines_of_bundles.invoice_line_id,
        lines_of_bundles.bundle,
        lines_of_bundles.entity_id,
        lines_of_bundles.invoice_id,
        lines_of_bundles.line_number,
        lines_of_bundles.customer_id,
        lines_of_bundles.product_id,
        lines_of_bundles.price_id,
        lines_of_bundles.document_reference,
        lines_of_bundles.booked_date,
        lines_of_bundles.currency_code,
        lines_of_bundles.stated_amount_minor,
        {{ price_of_quantity('low_amount', 'quantity_millionths', 'exponent') }}
            as low_amount_minor,
        {{ price_of_quantity('mid_amount', 'quantity_millionths', 'exponent') }}
            as mid_amount_minor,
        {{ price_of_quantity('high_amount', 'quantity_millionths', 'exponent') }}
            as high_amount_minor,
        rows_that_apply.approach
    from lines_of_bundles
    left join rows_that_apply
        on
            lines_of_bundles.invoice_line_id = rows_that_apply.invoice_line_id
            and lines_of_bundles.bundle = rows_that_apply.bundle
            and rows_that_apply.row_rank = 1
)

select * from standalone_prices
