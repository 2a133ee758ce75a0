-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where status = 'recorded_only'
),

causes as (
    select * from {{ ref('causes') }}
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
    where status in ('matched', 'suggested', 'discrepancy')
),

linked_items as (
    select recorded_items.*
    from recorded_items
    inner join item_statuses
        on recorded_items.item_id = item_statuses.item_id
),

-- What repeats an amount that has found its counterpart is one too many. Without a reference only
-- the same words within a few days count as the same.
repeated as (
    select
        break_items.item_id,
        min(originals.source_record_id) as original_record_id
    from break_items
    inner join causes
        on causes.cause = 'duplicate_recorded'
    inner join linked_items as originals
        on
            break_items.leg = originals.leg
            and break_items.entity_id = originals.entity_id
            and break_items.account_role = originals.account_role
            and break_items.currency_code = originals.currency_code
            and break_items.amount_minor = originals.amount_minor
            and coalesce(break_items.document_reference, break_items.quoted_text)
            = coalesce(originals.document_reference, originals.quoted_text)
    where
        break_items.document_reference is not null
        or abs({{ dbt.datediff('break_items.item_date', 'originals.item_date', 'day') }})
        <= causes.window_days
    group by break_items.item_id
),

-- A reversal that found no counterpart of its own undoes a posting that was right.
reversals as (
    select
        break_items.item_id,
        min(originals.source_record_id) as original_record_id
    from break_items
    inner join linked_items as originals
        on
            break_items.leg = originals.leg
            and break_items.entity_id = originals.entity_id
            and break_items.account_role = originals.account_role
            and break_items.currency_code = originals.currency_code
            and break_items.amount_minor = -originals.amount_minor
            and break_items.document_reference = originals.document_reference
    where break_items.leg = 'ledger'
    group by break_items.item_id
),

evidence as (
    select
        item_id,
        'duplicate_recorded' as cause,
        'the same amount of the same document is already booked as ' || original_record_id
            as finding
    from repeated
    union all
    select
        item_id,
        'reversed_in_ledger' as cause,
        'it takes back ' || original_record_id || ', which was right' as finding
    from reversals
)

select * from evidence
