-- grain: one row per subscription_item_id, period_start_at
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

usage_lines as (
    select
        invoice_lines.subscription_item_id,
        invoice_lines.price_id,
        invoice_lines.service_start_at,
        invoice_lines.service_end_at,
        invoice_lines.net_amount_minor,
        invoice_bookings.invoice_id,
        invoice_bookings.currency_code,
        invoice_bookings.booked_at,
        invoice_bookings.booked_date,
        row_number() over (
            partition by invoice_lines.subscription_item_id, invoice_lines.service_start_at
            order by invoice_bookings.booked_at asc, invoice_lines.invoice_line_id asc
        ) as line_rank
    from invoice_lines
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
    where
        invoice_lines.line_type = 'usage'
        and invoice_lines.subscription_item_id is not null
        and invoice_lines.service_end_at > invoice_lines.service_start_at
),

-- Tiers make several lines of one period, a correction a later one: the first invoice is the one
-- that replaces what had been accrued.
invoiced_usage as (
    select
        subscription_item_id,
        service_start_at as period_start_at,
        max(service_end_at) as period_end_at,
        max(case when line_rank = 1 then price_id end) as price_id,
        max(case when line_rank = 1 then invoice_id end) as invoice_id,
        max(case when line_rank = 1 then currency_code end) as currency_code,
        min(booked_at) as booked_at,
        min(booked_date) as booked_date,
        cast(sum(net_amount_minor) as bigint) as invoiced_amount_minor
    from usage_lines
    group by
        subscription_item_id,
        service_start_at
)

select * from invoiced_usage
