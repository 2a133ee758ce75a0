-- grain: one row per credit_note_id, line_number, obligation_id
with

credit_note_targets as (
    select * from {{ ref('int_credit_note_targets') }}
),

-- A note names all of its lines, or none: one nameless line spreads the whole note over the
-- invoice.
notes_that_name_lines as (
    select
        credit_note_id,
        cast(sum(weight) as bigint) as total_weight
    from credit_note_targets
    group by credit_note_id
    having
        count(*) = count(obligation_id)
        and sum(weight) > 0
),

credit_note_weights as (
    select
        credit_note_targets.credit_note_id,
        credit_note_targets.line_number,
        credit_note_targets.obligation_id,
        credit_note_targets.weight,
        cast(sum(credit_note_targets.weight) over (
            partition by credit_note_targets.credit_note_id
            order by credit_note_targets.line_number, credit_note_targets.obligation_id
            rows between unbounded preceding and current row
        ) as bigint) as running_weight,
        notes_that_name_lines.total_weight
    from credit_note_targets
    inner join notes_that_name_lines
        on credit_note_targets.credit_note_id = notes_that_name_lines.credit_note_id
)

select * from credit_note_weights
