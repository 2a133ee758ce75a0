-- grain: one row per item_id
with

expected_items as (
    select * from {{ ref('int_expected_items') }}
    where is_matchable
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
    where is_matchable
),

decided_items as (
    select * from {{ ref('int_decided_items') }}
),

matches_by_reference as (
    select * from {{ ref('int_matches_by_reference') }}
),

document_references as (
    select * from {{ ref('int_document_references') }}
),

expected_left as (
    select expected_items.*
    from expected_items
    left join matches_by_reference
        on expected_items.item_id = matches_by_reference.expected_item_id
    where matches_by_reference.expected_item_id is null
),

recorded_left as (
    select recorded_items.*
    from recorded_items
    left join matches_by_reference
        on recorded_items.item_id = matches_by_reference.recorded_item_id
    where matches_by_reference.recorded_item_id is null
),

items_left as (
    select
        item_id,
        'expected' as side,
        leg,
        entity_id,
        account_role,
        event_type,
        document_reference,
        document_reference as block_reference,
        true as is_reference_known,
        customer_id,
        counterparty_reference,
        currency_code,
        amount_minor,
        item_date,
        recorded_at
    from expected_left
    union all
    -- A posting without a reference belongs together with the other lines of its own journal.
    select
        recorded_left.item_id,
        'recorded' as side,
        recorded_left.leg,
        recorded_left.entity_id,
        recorded_left.account_role,
        null as event_type,
        recorded_left.document_reference,
        coalesce(
            recorded_left.source_document_id,
            recorded_left.journal_id,
            recorded_left.document_reference,
            recorded_left.item_id
        ) as block_reference,
        document_references.quoted_name is not null as is_reference_known,
        recorded_left.customer_id,
        recorded_left.counterparty_reference,
        recorded_left.currency_code,
        recorded_left.amount_minor,
        recorded_left.item_date,
        recorded_left.recorded_at
    from recorded_left
    left join document_references
        on
            recorded_left.entity_id = document_references.entity_id
            and lower(recorded_left.document_reference) = document_references.quoted_name
),

residue as (
    select items_left.*
    from items_left
    left join decided_items
        on items_left.item_id = decided_items.item_id
    where decided_items.item_id is null
)

select * from residue
