-- grain: one row per item_id, cause
with

lone_lines as (
    select * from {{ ref('int_break_items') }}
    where leg = 'bank' and status = 'recorded_only'
),

payouts as (
    select * from {{ ref('int_payouts') }}
),

evidence as (
    select
        lone_lines.item_id,
        'payout_returned' as cause,
        'the bank sent it back, the processor says ' || replace(payouts.status, '_', ' ')
            as finding
    from lone_lines
    inner join payouts
        on
            lone_lines.entity_id = payouts.entity_id
            and lone_lines.document_reference = payouts.source_record_id
    where sign(lone_lines.recorded_amount_minor) = -sign(payouts.amount_minor)
    union all
    select
        item_id,
        case
            when recorded_amount_minor > 0 then 'unexplained_deposit'
            else 'unexplained_withdrawal'
        end as cause,
        'nothing that is expected at the bank answers it' as finding
    from lone_lines
)

select * from evidence
