-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where leg = 'bank' and status = 'recorded_only'
),

payouts as (
    select * from {{ ref('int_payouts') }}
),

-- Money of a payout that goes the other way takes it back; any other line is money nobody expects.
evidence as (
    select
        break_items.item_id,
        'payout_returned' as cause,
        'the bank sent it back, the processor says ' || replace(payouts.status, '_', ' ')
            as finding
    from break_items
    inner join payouts
        on
            break_items.entity_id = payouts.entity_id
            and break_items.document_reference = payouts.source_record_id
    where sign(break_items.recorded_amount_minor) = -sign(payouts.amount_minor)
    union all
    select
        item_id,
        case
            when recorded_amount_minor > 0 then 'unexplained_deposit'
            else 'unexplained_withdrawal'
        end as cause,
        'nothing that is expected at the bank answers it' as finding
    from break_items
)

select * from evidence
