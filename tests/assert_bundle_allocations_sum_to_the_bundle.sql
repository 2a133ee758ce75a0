-- Invariant: what the lines of a bundle are allocated is what they were billed at together.
-- Grain: one row per invoice_id, bundle, currency_code that fails.
-- A row: revenue is lost or invented between products, or a line is in that is not billed.
-- Then: list the bundle in int_allocated_lines beside the lines of the invoice.
with

billed as (
    select
        allocated_lines.invoice_id,
        allocated_lines.bundle,
        allocated_lines.currency_code,
        count(*) as line_count,
        count(invoice_lines.invoice_line_id) as billed_line_count,
        sum(invoice_lines.net_amount_minor) as billed_amount_minor,
        sum(allocated_lines.allocated_amount_minor) as allocated_amount_minor,
        min(allocated_lines.allocated_amount_minor) as smallest_amount_minor
    from {{ ref('int_allocated_lines') }} as allocated_lines
    left join {{ ref('int_invoice_lines') }} as invoice_lines
        on
            allocated_lines.invoice_line_id = invoice_lines.invoice_line_id
            and allocated_lines.invoice_id = invoice_lines.invoice_id
            and allocated_lines.currency_code = invoice_lines.currency_code
    group by
        allocated_lines.invoice_id,
        allocated_lines.bundle,
        allocated_lines.currency_code
),

judged as (
    select
        *,
        case
            when billed_line_count < line_count then 'line_is_not_billed'
            when line_count < 2 then 'no_bundle'
            when smallest_amount_minor < 0 then 'negative_part'
            when (allocated_amount_minor is distinct from billed_amount_minor) then 'sum_differs'
            else 'ok'
        end as status
    from billed
)

select
    invoice_id,
    bundle,
    currency_code,
    billed_amount_minor,
    allocated_amount_minor,
    status
from judged
where status <> 'ok'
