-- grain: one row per item_id
with

break_items as (
    select
        *,
        count(*) over (
            partition by leg, entity_id, document_reference, event_type
        ) as line_count
    from {{ ref('int_break_items') }}
    where status = 'expected_only'
),

causes as (
    select * from {{ ref('causes') }}
    where cause = 'duplicate_expected'
),

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
    where status in ('matched', 'suggested', 'discrepancy')
),

linked_items as (
    select expected_items.*
    from expected_items
    inner join item_statuses
        on expected_items.item_id = item_statuses.item_id
),

-- What another system confirms under its own document did happen, however much it resembles
-- another.
confirmed_elsewhere as (
    select distinct break_items.item_id
    from break_items
    inner join linked_items
        on
            break_items.entity_id = linked_items.entity_id
            and break_items.document_reference = linked_items.document_reference
            and break_items.leg <> linked_items.leg
),

copied_items as (
    select
        break_items.item_id,
        break_items.leg,
        break_items.entity_id,
        break_items.document_reference,
        break_items.event_type,
        break_items.line_count,
        originals.document_reference as original_reference
    from break_items
    cross join causes
    inner join linked_items as originals
        on
            break_items.leg = originals.leg
            and break_items.entity_id = originals.entity_id
            and break_items.event_type = originals.event_type
            and break_items.account_role = originals.account_role
            and break_items.currency_code = originals.currency_code
            and break_items.amount_minor = originals.amount_minor
            and (
                break_items.document_reference = originals.document_reference
                or (
                    (
                        break_items.invoice_id = originals.invoice_id
                        or break_items.expected_customer_id = originals.customer_id
                    )
                    and abs({{ dbt.datediff(
                        'break_items.item_date', 'originals.item_date', 'day'
                    ) }}) <= causes.window_days
                )
            )
    left join confirmed_elsewhere
        on break_items.item_id = confirmed_elsewhere.item_id
    where confirmed_elsewhere.item_id is null
),

-- One equal line may be chance; a copy repeats every line that is missing.
copied_events as (
    select
        leg,
        entity_id,
        document_reference,
        event_type,
        original_reference
    from copied_items
    group by
        leg,
        entity_id,
        document_reference,
        event_type,
        original_reference,
        line_count
    having count(distinct item_id) = line_count
),

evidence as (
    select
        copied_items.item_id,
        'duplicate_expected' as cause,
        'billing states the same in ' || min(copied_items.original_reference) as finding
    from copied_items
    inner join copied_events
        on
            copied_items.leg = copied_events.leg
            and copied_items.entity_id = copied_events.entity_id
            and copied_items.document_reference = copied_events.document_reference
            and copied_items.event_type = copied_events.event_type
            and copied_items.original_reference = copied_events.original_reference
    group by copied_items.item_id
)

select * from evidence
