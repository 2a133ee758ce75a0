-- grain: one row per credit_note_id, line_number, obligation_id
with

credit_note_lines as (
    select * from {{ ref('int_credit_note_lines') }}
),

allocated_lines as (
    select * from {{ ref('int_allocated_lines') }}
),

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

bundle_lines as (
    select
        allocated_lines.invoice_line_id,
        allocated_lines.invoice_id,
        allocated_lines.bundle,
        allocated_lines.currency_code,
        allocated_lines.allocated_amount_minor + invoice_lines.tax_amount_minor
            as gross_amount_minor,
        sum(abs(
            allocated_lines.allocated_amount_minor - allocated_lines.stated_amount_minor
        )) over (
            partition by
                allocated_lines.invoice_id, allocated_lines.bundle, allocated_lines.currency_code
        ) as moved_amount_minor
    from allocated_lines
    inner join invoice_lines
        on allocated_lines.invoice_line_id = invoice_lines.invoice_line_id
),

running as (
    select
        *,
        sum(gross_amount_minor) over (
            partition by invoice_id, bundle, currency_code
        ) as bundle_amount_minor,
        sum(gross_amount_minor) over (
            partition by invoice_id, bundle, currency_code order by invoice_line_id
            rows between unbounded preceding and current row
        ) as running_amount_minor
    from bundle_lines
),

-- Where money was moved between the lines of a bundle, they have one price: a note on one of them
-- changes it for all, on the same basis (ASC 606-10-32-43), for the line it names may have been
-- allocated less than it was billed at. Otherwise a note is about the line it names (32-40).
credit_note_targets as (
    select
        credit_note_lines.credit_note_id,
        credit_note_lines.line_number,
        coalesce(running.invoice_line_id, credit_note_lines.invoice_line_id) as obligation_id,
        case
            when running.invoice_line_id is null then credit_note_lines.net_amount_minor
            else
                {{ round_ratio(
                    'credit_note_lines.net_amount_minor',
                    wide_integer('running.running_amount_minor'),
                    wide_integer('running.bundle_amount_minor')
                ) }}
                - {{ round_ratio(
                    'credit_note_lines.net_amount_minor',
                    wide_integer('running.running_amount_minor - running.gross_amount_minor'),
                    wide_integer('running.bundle_amount_minor')
                ) }}
        end as weight
    from credit_note_lines
    left join allocated_lines as named
        on credit_note_lines.invoice_line_id = named.invoice_line_id
    left join running
        on
            named.invoice_id = running.invoice_id
            and named.bundle = running.bundle
            and named.currency_code = running.currency_code
            and running.bundle_amount_minor > 0
            and running.moved_amount_minor > 0
)

select * from credit_note_targets
