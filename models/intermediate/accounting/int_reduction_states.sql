-- grain: one row per scenario, invoice_id, change_number, obligation_id
with

reduction_changes as (
    select * from {{ ref('int_reduction_changes') }}
),

reductions_in_effect as (
    select * from {{ ref('int_reductions_in_effect') }}
),

targeted_in_effect as (
    select * from {{ ref('int_targeted_reductions') }}
),

targeted_notes as (
    select distinct credit_note_id
    from {{ ref('int_credit_note_weights') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

spread_in_effect as (
    select
        reductions_in_effect.scenario,
        reductions_in_effect.invoice_id,
        reductions_in_effect.change_number,
        cast(sum(reductions_in_effect.gross_amount_minor) as bigint) as gross_amount_minor
    from reductions_in_effect
    left join targeted_notes
        on reductions_in_effect.credit_note_id = targeted_notes.credit_note_id
    where targeted_notes.credit_note_id is null
    group by
        reductions_in_effect.scenario,
        reductions_in_effect.invoice_id,
        reductions_in_effect.change_number
),

-- What a line has left after the notes that name it is its weight for everything else.
weighed as (
    select
        reduction_changes.scenario,
        reduction_changes.invoice_id,
        reduction_changes.change_number,
        obligations.obligation_id,
        obligations.line_number,
        obligations.gross_amount_minor,
        coalesce(spread_in_effect.gross_amount_minor, 0) as spread_amount_minor,
        sign(obligations.gross_amount_minor) * least(
            abs(obligations.gross_amount_minor),
            greatest(
                0,
                coalesce(targeted_in_effect.gross_amount_minor, 0)
                * sign(obligations.gross_amount_minor)
            )
        ) as targeted_amount_minor
    from reduction_changes
    inner join obligations
        on reduction_changes.invoice_id = obligations.invoice_id
    left join spread_in_effect
        on
            reduction_changes.scenario = spread_in_effect.scenario
            and reduction_changes.invoice_id = spread_in_effect.invoice_id
            and reduction_changes.change_number = spread_in_effect.change_number
    left join targeted_in_effect
        on
            reduction_changes.scenario = targeted_in_effect.scenario
            and reduction_changes.change_number = targeted_in_effect.change_number
            and obligations.obligation_id = targeted_in_effect.obligation_id
),

cumulative as (
    select
        scenario,
        invoice_id,
        change_number,
        obligation_id,
        targeted_amount_minor,
        spread_amount_minor,
        gross_amount_minor - targeted_amount_minor as weight,
        cast(sum(gross_amount_minor - targeted_amount_minor) over (
            partition by scenario, invoice_id, change_number order by line_number
            rows between unbounded preceding and current row
        ) as bigint) as running_weight,
        cast(sum(gross_amount_minor - targeted_amount_minor) over (
            partition by scenario, invoice_id, change_number
        ) as bigint) as total_weight
    from weighed
),

reduction_states as (
    select
        scenario,
        invoice_id,
        change_number,
        obligation_id,
        cast(case
            when total_weight <= 0 then targeted_amount_minor
            else
                targeted_amount_minor
                + sign(running_weight) * {{ round_ratio(
                    'least(spread_amount_minor, total_weight)', 'abs(running_weight)', 'total_weight'
                ) }}
                - sign(running_weight - weight) * {{ round_ratio(
                    'least(spread_amount_minor, total_weight)',
                    'abs(running_weight - weight)',
                    'total_weight'
                ) }}
        end as bigint) as gross_reduced_minor
    from cumulative
)

select * from reduction_states
