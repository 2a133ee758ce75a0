-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where status in ('recorded_only', 'expected_only')
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
),

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
    where status in ('matched', 'suggested', 'discrepancy')
),

-- What repeats an amount that has found its counterpart is one too many. Without a reference only
-- the same words within three days count as the same.
repeated_recorded as (
    select
        break_items.item_id,
        min(originals.source_record_id) as original_record_id
    from break_items
    inner join recorded_items as originals
        on
            break_items.leg = originals.leg
            and break_items.entity_id = originals.entity_id
            and break_items.account_role = originals.account_role
            and break_items.currency_code = originals.currency_code
            and break_items.amount_minor = originals.amount_minor
            and coalesce(break_items.document_reference, break_items.quoted_text)
            = coalesce(originals.document_reference, originals.quoted_text)
    inner join item_statuses
        on originals.item_id = item_statuses.item_id
    where
        break_items.status = 'recorded_only'
        and (
            break_items.document_reference is not null
            or abs({{ dbt.datediff('break_items.item_date', 'originals.item_date', 'day') }}) <= 3
        )
    group by break_items.item_id
),

repeated_expected as (
    select
        break_items.item_id,
        min(originals.item_id) as original_item_id
    from break_items
    inner join expected_items as originals
        on
            break_items.leg = originals.leg
            and break_items.entity_id = originals.entity_id
            and break_items.account_role = originals.account_role
            and break_items.currency_code = originals.currency_code
            and break_items.amount_minor = originals.amount_minor
            and break_items.document_reference = originals.document_reference
            and break_items.event_type = originals.event_type
    inner join item_statuses
        on originals.item_id = item_statuses.item_id
    where break_items.status = 'expected_only'
    group by break_items.item_id
),

evidence as (
    select
        item_id,
        'duplicate_recorded' as cause,
        'the same amount of the same document is already booked as ' || original_record_id
            as finding
    from repeated_recorded
    union all
    select
        item_id,
        'duplicate_expected' as cause,
        'billing states the same twice: ' || original_item_id as finding
    from repeated_expected
)

select * from evidence
