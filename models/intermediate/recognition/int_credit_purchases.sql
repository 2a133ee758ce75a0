-- grain: one row per invoice_line_id
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

credit_rules as (
    select * from {{ ref('prepaid_credits') }}
),

-- A company's own row goes before one for all companies; of these the latest holds.
lines_with_rules as (
    select
        invoice_lines.invoice_line_id,
        invoice_lines.entity_id,
        invoice_lines.customer_id,
        invoice_lines.quantity,
        invoice_lines.net_amount_minor,
        invoice_lines.is_proration,
        invoice_bookings.booked_at,
        invoice_bookings.booked_date,
        invoice_bookings.voided_date,
        coalesce(credit_rules.meter_product_id, '') as meter_product_id,
        credit_rules.breakage,
        credit_rules.expected_breakage_bps,
        cast({{ dbt.dateadd(
            'month', 'credit_rules.validity_months', 'invoice_bookings.booked_date'
        ) }} as date) as own_expiry_date,
        row_number() over (
            partition by invoice_lines.invoice_line_id
            order by
                case when credit_rules.entity_id is null then 1 else 0 end asc,
                credit_rules.effective_from desc
        ) as rule_rank
    from invoice_lines
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
    inner join credit_rules
        on
            invoice_lines.product_id = credit_rules.product_id
            and invoice_bookings.booked_date >= credit_rules.effective_from
            and invoice_lines.entity_id
            = coalesce(credit_rules.entity_id, invoice_lines.entity_id)
),

-- Nothing can be drawn from a line that takes credits back, nor from an invoice that was voided.
purchases as (
    select
        *,
        case
            when
                voided_date is null and not is_proration and net_amount_minor >= 0
                and coalesce(quantity, 1) > 0
                then cast(coalesce(quantity, 1) * 1000000 as bigint)
            else 0
        end as quantity_millionths
    from lines_with_rules
    where rule_rank = 1
),

-- Credits are drawn in the order they were bought, so none expires before an older one.
in_order as (
    select
        *,
        sum(quantity_millionths) over (
            partition by entity_id, customer_id, meter_product_id
            order by booked_at, invoice_line_id
            rows between unbounded preceding and current row
        ) as bought_to_date_millionths,
        max(own_expiry_date) over (
            partition by entity_id, customer_id, meter_product_id
            order by booked_at, invoice_line_id
            rows between unbounded preceding and current row
        ) as expiry_date
    from purchases
),

credit_purchases as (
    select
        invoice_line_id,
        entity_id,
        customer_id,
        meter_product_id,
        booked_date,
        expiry_date,
        quantity_millionths,
        cast(bought_to_date_millionths - quantity_millionths as bigint)
            as bought_before_millionths,
        cast(bought_to_date_millionths as bigint) as bought_to_date_millionths,
        -- What is expected to be used: breakage pro rata is earned with it.
        case breakage
            when 'pro_rata' then greatest(1, {{ round_ratio(
                'quantity_millionths', 'greatest(0, 10000 - expected_breakage_bps)', '10000'
            ) }})
            else greatest(1, quantity_millionths)
        end as expected_use_millionths
    from in_order
)

select * from credit_purchases
