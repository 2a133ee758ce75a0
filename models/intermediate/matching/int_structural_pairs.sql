-- grain: one row per expected_item_id, recorded_item_id
with

residue as (
    select * from {{ ref('int_residue_after_reference') }}
),

structural_pairs as (
    select * from {{ ref('structural_pairs') }}
    where is_enabled
),

-- Only what names no document of ours may be matched by its looks: a posting that quotes another
-- document speaks for that one.
pairs as (
    select
        expected_items.item_id as expected_item_id,
        recorded_items.item_id as recorded_item_id,
        expected_items.leg,
        expected_items.entity_id,
        expected_items.event_type,
        expected_items.document_reference as expected_block,
        recorded_items.block_reference as recorded_block,
        expected_items.account_role,
        expected_items.customer_id = recorded_items.customer_id as is_same_customer,
        expected_items.item_date as expected_date,
        recorded_items.item_date as recorded_date,
        recorded_items.recorded_at,
        abs({{ dbt.datediff(
            'expected_items.item_date', 'recorded_items.item_date', 'day'
        ) }}) as date_distance
    from residue as expected_items
    inner join residue as recorded_items
        on
            expected_items.entity_id = recorded_items.entity_id
            and expected_items.leg = recorded_items.leg
            and expected_items.account_role = recorded_items.account_role
            and expected_items.currency_code = recorded_items.currency_code
            and expected_items.amount_minor = recorded_items.amount_minor
    inner join structural_pairs
        on
            expected_items.leg = structural_pairs.leg
            and expected_items.event_type = structural_pairs.event_type
    where
        expected_items.side = 'expected'
        and recorded_items.side = 'recorded'
        and not recorded_items.is_reference_known
        and coalesce(expected_items.customer_id = recorded_items.customer_id, true)
        and (
            not structural_pairs.requires_customer
            or expected_items.customer_id = recorded_items.customer_id
        )
        and abs({{ dbt.datediff(
            'expected_items.item_date', 'recorded_items.item_date', 'day'
        ) }}) <= structural_pairs.date_window_days
),

-- Lines of one journal support each other: the document that explains most of them is the best.
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

structural_pairs_with_support as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        pairs.leg,
        pairs.expected_block,
        pairs.recorded_block,
        coalesce(pairs.is_same_customer, false) as is_same_customer,
        pairs.expected_date,
        pairs.recorded_date,
        pairs.recorded_at,
        pairs.date_distance,
        blocks.fitting_lines
    from pairs
    inner join blocks
        on
            pairs.leg = blocks.leg
            and pairs.entity_id = blocks.entity_id
            and pairs.expected_block = blocks.expected_block
            and pairs.event_type = blocks.event_type
            and pairs.recorded_block = blocks.recorded_block
)

select * from structural_pairs_with_support
