-- grain: one row per scenario, invoice_id, change_number, reduction_id
with

reductions as (
    select * from {{ ref('int_reductions') }}
),

reduction_changes as (
    select * from {{ ref('int_reduction_changes') }}
),

spans as (
    select
        reductions.scenario,
        reductions.reduction_id,
        reductions.invoice_id,
        reductions.gross_amount_minor,
        reductions.credit_note_id,
        started.change_number as first_change_number,
        reversals.change_number as reversing_change_number
    from reductions
    inner join reduction_changes as started
        on
            reductions.scenario = started.scenario
            and reductions.reduction_id = started.reduction_id
            and not started.is_reversal
    left join reduction_changes as reversals
        on
            reductions.scenario = reversals.scenario
            and reductions.reduction_id = reversals.reduction_id
            and reversals.is_reversal
),

reductions_in_effect as (
    select
        reduction_changes.scenario,
        reduction_changes.invoice_id,
        reduction_changes.change_number,
        spans.reduction_id,
        spans.credit_note_id,
        spans.gross_amount_minor
    from reduction_changes
    inner join spans
        on
            reduction_changes.scenario = spans.scenario
            and reduction_changes.invoice_id = spans.invoice_id
            and reduction_changes.change_number >= spans.first_change_number
            and reduction_changes.change_number
            < coalesce(spans.reversing_change_number, reduction_changes.change_number + 1)
)

select * from reductions_in_effect
