-- grain: one row per expected_item_id, recorded_item_id
with

look_alikes as (
    select * from {{ ref('int_look_alikes') }}
    where search = 'amount'
),

residue as (
    select * from {{ ref('int_residue_after_reference') }}
),

-- What structural rules would see if their windows reached as far as the search, whatever the kind
-- of event and whoever's it is.
pairs as (
    select
        look_alikes.expected_item_id,
        look_alikes.recorded_item_id,
        look_alikes.date_distance,
        expected_items.leg,
        expected_items.entity_id,
        expected_items.event_type,
        expected_items.document_reference as expected_block,
        expected_items.item_date as expected_date,
        recorded_items.block_reference as recorded_block,
        recorded_items.item_date as recorded_date,
        recorded_items.recorded_at,
        coalesce(expected_items.customer_id = recorded_items.customer_id, false)
            as is_same_customer
    from look_alikes
    inner join residue as expected_items
        on look_alikes.expected_item_id = expected_items.item_id
    inner join residue as recorded_items
        on look_alikes.recorded_item_id = recorded_items.item_id
    where
        not recorded_items.is_reference_known
        and coalesce(expected_items.customer_id = recorded_items.customer_id, true)
),

blocks as (
    select
        leg,
        entity_id,
        expected_block,
        event_type,
        recorded_block,
        count(distinct expected_item_id) as fitting_lines
    from pairs
    group by
        leg,
        entity_id,
        expected_block,
        event_type,
        recorded_block
),

structural_reach as (
    select
        pairs.*,
        blocks.fitting_lines,
        row_number() over (
            partition by pairs.recorded_item_id, pairs.expected_block, pairs.expected_date
            order by pairs.expected_item_id asc
        ) as expected_twin_rank,
        row_number() over (
            partition by pairs.expected_item_id, pairs.recorded_block, pairs.recorded_date
            order by pairs.recorded_at asc, pairs.recorded_item_id asc
        ) as recorded_twin_rank
    from pairs
    inner join blocks
        on
            pairs.leg = blocks.leg
            and pairs.entity_id = blocks.entity_id
            and pairs.expected_block = blocks.expected_block
            and pairs.event_type = blocks.event_type
            and pairs.recorded_block = blocks.recorded_block
)

select * from structural_reach
