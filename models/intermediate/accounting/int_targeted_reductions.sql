-- grain: one row per scenario, invoice_id, change_number, obligation_id
with

reductions_in_effect as (
    select * from {{ ref('int_reductions_in_effect') }}
),

credit_note_weights as (
    select * from {{ ref('int_credit_note_weights') }}
),

-- A note and the refund that pays part of it are one claim on the lines they name: split apart,
-- each would round for itself and a cent could miss its line.
notes_in_effect as (
    select
        scenario,
        invoice_id,
        change_number,
        credit_note_id,
        cast(sum(gross_amount_minor) as bigint) as gross_amount_minor
    from reductions_in_effect
    where credit_note_id is not null
    group by
        scenario,
        invoice_id,
        change_number,
        credit_note_id
),

shares as (
    select
        notes_in_effect.scenario,
        notes_in_effect.invoice_id,
        notes_in_effect.change_number,
        credit_note_weights.obligation_id,
        {{ round_ratio(
            'notes_in_effect.gross_amount_minor',
            'credit_note_weights.running_weight',
            'credit_note_weights.total_weight'
        ) }}
        - {{ round_ratio(
            'notes_in_effect.gross_amount_minor',
            'credit_note_weights.running_weight - credit_note_weights.weight',
            'credit_note_weights.total_weight'
        ) }} as gross_amount_minor
    from notes_in_effect
    inner join credit_note_weights
        on notes_in_effect.credit_note_id = credit_note_weights.credit_note_id
),

targeted_reductions as (
    select
        scenario,
        invoice_id,
        change_number,
        obligation_id,
        cast(sum(gross_amount_minor) as bigint) as gross_amount_minor
    from shares
    group by
        scenario,
        invoice_id,
        change_number,
        obligation_id
)

select * from targeted_reductions
