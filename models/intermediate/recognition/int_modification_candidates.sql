-- grain: one row per invoice_line_id, modified_line_id
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
    where subscription_id is not null
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

booked_lines as (
    select
        invoice_lines.*,
        invoice_bookings.booked_at
    from invoice_lines
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
),

-- A change of plan is two lines: unused time of the old price and the rest of the new one. The old
-- price tells which line of the subscription the new one takes the place of.
changes as (
    select
        *,
        min(case when net_amount_minor < 0 then price_id end) over (
            partition by invoice_id, subscription_id, service_start_at
        ) as replaced_price_id
    from booked_lines
    where is_proration
),

modification_candidates as (
    select
        changes.invoice_line_id,
        running.invoice_line_id as modified_line_id,
        row_number() over (
            partition by changes.invoice_line_id
            order by
                case when running.price_id = changes.price_id then 0 else 1 end asc,
                case when running.price_id = changes.replaced_price_id then 0 else 1 end asc,
                case when running.product_id = changes.product_id then 0 else 1 end asc,
                running.booked_at desc,
                running.service_start_at desc,
                running.invoice_line_id asc
        ) as candidate_rank
    from changes
    inner join booked_lines as running
        on
            changes.subscription_id = running.subscription_id
            and changes.booked_at >= running.booked_at
            and changes.service_start_at >= running.service_start_at
            and changes.service_start_at < running.service_end_at
    where
        not running.is_proration
        and running.line_type = 'subscription'
)

select * from modification_candidates
