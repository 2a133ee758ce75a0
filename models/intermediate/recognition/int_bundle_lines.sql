-- grain: one row per invoice_line_id
with

standalone_prices as (
    select * from {{ ref('int_standalone_prices') }}
    where approach is not null
),

-- A bundle is on an invoice when at least two of its products are.
bundles_on_invoices as (
    select
        invoice_id,
        bundle,
        currency_code,
        count(distinct product_id) as product_count
    from standalone_prices
    group by
        invoice_id,
        bundle,
        currency_code
    having count(distinct product_id) >= 2
),

-- A product may be sold in several bundles; of those on the invoice the largest has the line.
candidates as (
    select
        standalone_prices.invoice_line_id,
        standalone_prices.bundle,
        row_number() over (
            partition by standalone_prices.invoice_line_id
            order by bundles_on_invoices.product_count desc, standalone_prices.bundle asc
        ) as bundle_rank
    from standalone_prices
    inner join bundles_on_invoices
        on
            standalone_prices.invoice_id = bundles_on_invoices.invoice_id
            and standalone_prices.bundle = bundles_on_invoices.bundle
            and standalone_prices.currency_code = bundles_on_invoices.currency_code
),

chosen as (
    select standalone_prices.*
    from standalone_prices
    inner join candidates
        on
            standalone_prices.invoice_line_id = candidates.invoice_line_id
            and standalone_prices.bundle = candidates.bundle
    where candidates.bundle_rank = 1
),

-- What a larger bundle left of a smaller one may be a single product: that is no bundle any more.
still_bundles as (
    select
        invoice_id,
        bundle,
        currency_code
    from chosen
    group by
        invoice_id,
        bundle,
        currency_code
    having count(distinct product_id) >= 2
),

bundle_lines as (
    select
        chosen.invoice_line_id,
        chosen.invoice_id,
        chosen.bundle,
        chosen.currency_code,
        chosen.line_number,
        chosen.stated_amount_minor,
        chosen.low_amount_minor,
        chosen.mid_amount_minor,
        chosen.high_amount_minor,
        chosen.approach
    from chosen
    inner join still_bundles
        on
            chosen.invoice_id = still_bundles.invoice_id
            and chosen.bundle = still_bundles.bundle
            and chosen.currency_code = still_bundles.currency_code
)

select * from bundle_lines
