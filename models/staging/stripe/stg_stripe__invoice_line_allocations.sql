-- grain: one row per relation_key, source_record_id
with

invoice_line_items as (
    select * from {{ ref('stg_stripe__invoice_line_items') }}
    where ignore_reason is null and quarantine_reason is null
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where ignore_reason is null and quarantine_reason is null
),

lines as (
    select
        coalesce(invoice_line_items.source_relation, '') as relation_key,
        invoice_line_items.source_record_id,
        invoice_line_items.invoice_reference,
        invoice_line_items.amount_minor,
        invoices.subtotal_amount_minor,
        invoices.net_amount_minor as invoice_net_amount_minor,
        invoices.tax_amount_minor as invoice_tax_amount_minor,
        sum(invoice_line_items.amount_minor) over (
            partition by
                coalesce(invoice_line_items.source_relation, ''),
                invoice_line_items.invoice_reference
            order by invoice_line_items.source_record_id
            rows between unbounded preceding and current row
        ) as running_amount_minor,
        row_number() over (
            partition by
                coalesce(invoice_line_items.source_relation, ''),
                invoice_line_items.invoice_reference
            order by invoice_line_items.source_record_id
        ) as line_number,
        count(*) over (
            partition by
                coalesce(invoice_line_items.source_relation, ''),
                invoice_line_items.invoice_reference
        ) as line_count
    from invoice_line_items
    inner join invoices
        on
            invoice_line_items.invoice_reference = invoices.source_record_id
            and coalesce(invoice_line_items.source_relation, '')
            = coalesce(invoices.source_relation, '')
),

-- Only running totals are rounded, so the shares sum to the invoice and no cent needs a home.
running_nets as (
    select
        *,
        running_amount_minor - case
            when line_number = line_count then subtotal_amount_minor - invoice_net_amount_minor
            when subtotal_amount_minor = 0 then 0
            else {{ round_ratio(
                wide_integer('subtotal_amount_minor - invoice_net_amount_minor')
                ~ ' * running_amount_minor * sign(subtotal_amount_minor)',
                '1',
                'abs(' ~ wide_integer('subtotal_amount_minor') ~ ')'
            ) }}
        end as running_net_amount_minor
    from lines
),

running_taxes as (
    select
        *,
        case
            when line_number = line_count then invoice_tax_amount_minor
            when invoice_net_amount_minor = 0 then 0
            else {{ round_ratio(
                wide_integer('invoice_tax_amount_minor')
                ~ ' * running_net_amount_minor * sign(invoice_net_amount_minor)',
                '1',
                'abs(' ~ wide_integer('invoice_net_amount_minor') ~ ')'
            ) }}
        end as running_tax_amount_minor
    from running_nets
),

invoice_line_allocations as (
    select
        relation_key,
        source_record_id,
        cast(line_number as integer) as line_number,
        cast(
            running_net_amount_minor - coalesce(lag(running_net_amount_minor) over (
                partition by relation_key, invoice_reference order by source_record_id
            ), 0) as bigint
        ) as net_amount_minor,
        cast(
            running_tax_amount_minor - coalesce(lag(running_tax_amount_minor) over (
                partition by relation_key, invoice_reference order by source_record_id
            ), 0) as bigint
        ) as tax_amount_minor
    from running_taxes
)

select * from invoice_line_allocations
