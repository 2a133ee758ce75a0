-- grain: one row per invoice_line_id
with

proration_lines as (
    select * from {{ ref('int_invoice_lines') }}
    where is_proration
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

modification_rules as (
    select * from {{ ref('modification_rules') }}
),

rules_that_apply as (
    select
        proration_lines.invoice_line_id,
        modification_rules.treatment,
        row_number() over (
            partition by proration_lines.invoice_line_id
            order by
                modification_rules.priority asc,
                modification_rules.effective_from desc,
                modification_rules.treatment asc
        ) as rule_rank
    from proration_lines
    inner join invoice_bookings
        on proration_lines.invoice_id = invoice_bookings.invoice_id
    inner join modification_rules
        on
            invoice_bookings.booked_date >= modification_rules.effective_from
            and proration_lines.entity_id
            = coalesce(modification_rules.entity_id, proration_lines.entity_id)
            and coalesce(modification_rules.product_id, proration_lines.product_id, '')
            = coalesce(proration_lines.product_id, '')
            and coalesce(modification_rules.price_id, proration_lines.price_id, '')
            = coalesce(proration_lines.price_id, '')
),

modification_treatments as (
    select
        proration_lines.invoice_line_id,
        coalesce(rules_that_apply.treatment, 'prospective') as treatment
    from proration_lines
    inner join invoice_bookings
        on proration_lines.invoice_id = invoice_bookings.invoice_id
    left join rules_that_apply
        on
            proration_lines.invoice_line_id = rules_that_apply.invoice_line_id
            and rules_that_apply.rule_rank = 1
)

select * from modification_treatments
