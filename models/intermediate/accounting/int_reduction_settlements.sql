-- grain: one row per reduction_id, is_reversal
with

reduction_changes as (
    select * from {{ ref('int_reduction_changes') }}
    where scenario = 'in_force'
),

reductions as (
    select * from {{ ref('int_reductions') }}
    where scenario = 'in_force'
),

credit_notes as (
    select * from {{ ref('int_credit_notes') }}
),

receivable_changes as (
    select * from {{ ref('int_receivable_changes') }}
),

settlements as (
    select * from {{ ref('int_settlements') }}
),

changes as (
    select
        reductions.reduction_id,
        reductions.entity_id,
        reductions.source_record_id,
        reductions.multiplier,
        reductions.divisor,
        reduction_changes.is_reversal,
        case when reduction_changes.is_reversal then -1 else 1 end as direction,
        reductions.gross_amount_minor,
        reductions.event_type in ('refund', 'dispute_opened', 'dispute_lost') as is_money,
        case
            when reductions.event_type = 'refund' and reduction_changes.is_reversal
                then 'refund_failure'
            when reductions.event_type in ('dispute_opened', 'dispute_lost') then 'dispute'
            else reductions.event_type
        end as settlement_kind,
        case
            when reductions.event_type = 'credit_note_issued' then reductions.credit_note_id
        end as credit_note_id,
        case
            when reduction_changes.is_reversal
                then {{ dbt.concat(['reductions.reduction_id', "':voided'"]) }}
            else reductions.reduction_id
        end as movement_id
    from reductions
    inner join reduction_changes
        on reductions.reduction_id = reduction_changes.reduction_id
),

-- The other side of a reduction: money at the processor, the open receivable, a balance granted
-- to the customer, or money outside the processor. Signs: + settles the customer's claim. Money
-- whose processor transaction has not landed is taken at the booking rate, never at nothing.
reduction_settlements as (
    select
        changes.reduction_id,
        changes.is_reversal,
        settlements.payout_id,
        changes.direction * coalesce(credit_notes.credited_to_balance_amount_minor, 0)
            as credited_to_balance_amount_minor,
        changes.direction * coalesce(credit_notes.out_of_band_amount_minor, 0)
            as out_of_band_amount_minor,
        changes.direction * coalesce({{ convert_money(
            'credit_notes.credited_to_balance_amount_minor', 'changes.multiplier', 'changes.divisor'
        ) }}, 0) as credited_to_balance_functional_amount_minor,
        changes.direction * coalesce({{ convert_money(
            'credit_notes.out_of_band_amount_minor', 'changes.multiplier', 'changes.divisor'
        ) }}, 0) as out_of_band_functional_amount_minor,
        case
            when not changes.is_money then 0
            when settlements.functional_amount_minor is null
                then changes.direction * {{ convert_money(
                    'changes.gross_amount_minor', 'changes.multiplier', 'changes.divisor'
                ) }}
            else -settlements.functional_amount_minor
        end as processor_functional_amount_minor,
        -coalesce(receivable_changes.functional_amount_minor, 0)
            as receivable_functional_amount_minor
    from changes
    left join settlements
        on
            changes.entity_id = settlements.entity_id
            and changes.source_record_id = settlements.object_reference
            and changes.settlement_kind = settlements.kind
    left join credit_notes
        on
            changes.credit_note_id = credit_notes.credit_note_id
            and credit_notes.kind = 'post_payment'
    left join receivable_changes
        on changes.movement_id = receivable_changes.movement_id
)

select * from reduction_settlements
