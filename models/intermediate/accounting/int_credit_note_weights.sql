-- grain: one row per credit_note_id, line_number
with

credit_note_lines as (
    select * from {{ ref('int_credit_note_lines') }}
),

-- A note names all of its lines, or none: one nameless line spreads the whole note over the
-- invoice.
notes_that_name_lines as (
    select
        credit_note_id,
        cast(sum(net_amount_minor) as bigint) as total_weight
    from credit_note_lines
    group by credit_note_id
    having
        count(*) = count(invoice_line_id)
        and sum(net_amount_minor) > 0
),

credit_note_weights as (
    select
        credit_note_lines.credit_note_id,
        credit_note_lines.line_number,
        credit_note_lines.invoice_line_id as obligation_id,
        credit_note_lines.net_amount_minor as weight,
        cast(sum(credit_note_lines.net_amount_minor) over (
            partition by credit_note_lines.credit_note_id order by credit_note_lines.line_number
            rows between unbounded preceding and current row
        ) as bigint) as running_weight,
        notes_that_name_lines.total_weight
    from credit_note_lines
    inner join notes_that_name_lines
        on credit_note_lines.credit_note_id = notes_that_name_lines.credit_note_id
)

select * from credit_note_weights
