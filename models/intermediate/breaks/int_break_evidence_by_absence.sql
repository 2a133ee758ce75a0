-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
),

event_causes as (
    select * from {{ ref('event_causes') }}
),

payouts as (
    select * from {{ ref('int_payouts') }}
),

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

first_days as (
    select
        leg,
        entity_id,
        min(item_date) as first_date
    from expected_items
    group by
        leg,
        entity_id
),

evidence as (
    select
        break_items.item_id,
        event_causes.cause_when_missing as cause,
        'no posting quotes it or looks like it' as finding
    from break_items
    inner join event_causes
        on
            break_items.leg = event_causes.leg
            and break_items.event_type = event_causes.event_type
    where break_items.status = 'expected_only'
    union all
    select
        break_items.item_id,
        'payout_in_transit' as cause,
        'the processor says ' || replace(payouts.status, '_', ' ') as finding
    from break_items
    inner join payouts
        on
            break_items.entity_id = payouts.entity_id
            and break_items.document_reference = payouts.source_record_id
    where
        break_items.leg = 'bank'
        and break_items.status = 'expected_only'
        and payouts.status in ('pending', 'in_transit')
    union all
    select
        item_id,
        'charge_without_invoice' as cause,
        'the money belongs to no invoice' as finding
    from break_items
    where
        (status = 'expected_only' and event_type = 'payment' and invoice_id is null)
        or (leg = 'processor' and status = 'recorded_only' and journal_kind = 'charge')
    union all
    select
        item_id,
        'manual_journal' as cause,
        'posted by hand' as finding
    from break_items
    where status = 'recorded_only' and is_manual
    union all
    select
        break_items.item_id,
        'opening_balance' as cause,
        'dated before the first document, '
        || cast(first_days.first_date as {{ dbt.type_string() }}) as finding
    from break_items
    inner join first_days
        on
            break_items.leg = first_days.leg
            and break_items.entity_id = first_days.entity_id
    where
        break_items.status = 'recorded_only'
        and break_items.item_date < first_days.first_date
    union all
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
    where
        break_items.leg = 'bank'
        and break_items.status = 'recorded_only'
        and sign(break_items.recorded_amount_minor) = -sign(payouts.amount_minor)
    union all
    select
        item_id,
        case
            when recorded_amount_minor > 0 then 'unexplained_deposit'
            else 'unexplained_withdrawal'
        end as cause,
        'nothing that is expected at the bank answers it' as finding
    from break_items
    where leg = 'bank' and status = 'recorded_only'
    union all
    select
        item_id,
        'unknown' as cause,
        case
            when document_reference is null then 'it quotes no document that billing knows'
            else 'no rule explains it'
        end as finding
    from break_items
)

select * from evidence
