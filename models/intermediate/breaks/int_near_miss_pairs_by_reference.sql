-- grain: one row per expected_item_id, recorded_item_id
with

lone_items as (
    select * from {{ ref('int_break_items') }}
    where status in ('expected_only', 'recorded_only') and document_reference is not null
),

discrepancies as (
    select * from {{ ref('int_break_items') }}
    where status = 'discrepancy' and side = 'expected' and recorded_item_id is not null
),

items as (
    select * from {{ ref('int_items') }}
),

break_searches as (
    select * from {{ ref('break_searches') }}
    where search = 'reference' and is_enabled
),

sought_references as (
    select distinct
        leg,
        entity_id,
        document_reference
    from lone_items
),

-- What is linked already counts here: a posting too many has its candidate in the counterpart that
-- another posting found.
named_items as (
    select
        items.item_id,
        items.side,
        items.leg,
        items.entity_id,
        items.document_reference,
        lone_items.item_id is not null as is_lone,
        count(*) over (
            partition by items.leg, items.entity_id, items.document_reference, items.side
        ) as block_count
    from items
    inner join sought_references
        on
            items.leg = sought_references.leg
            and items.entity_id = sought_references.entity_id
            and items.document_reference = sought_references.document_reference
    left join lone_items
        on items.item_id = lone_items.item_id
),

near_miss_pairs_by_reference as (
    select
        expected_items.item_id as expected_item_id,
        recorded_items.item_id as recorded_item_id
    from named_items as expected_items
    inner join named_items as recorded_items
        on
            expected_items.leg = recorded_items.leg
            and expected_items.entity_id = recorded_items.entity_id
            and expected_items.document_reference = recorded_items.document_reference
    inner join break_searches
        on
            expected_items.block_count <= break_searches.largest_block
            and recorded_items.block_count <= break_searches.largest_block
    where
        expected_items.side = 'expected'
        and recorded_items.side = 'recorded'
        and (expected_items.is_lone or recorded_items.is_lone)
    union all
    select
        expected_item_id,
        recorded_item_id
    from discrepancies
)

select * from near_miss_pairs_by_reference
