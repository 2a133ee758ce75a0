-- grain: one row per expected_item_id, recorded_item_id
with

lone_items as (
    select * from {{ ref('int_break_items') }}
    where status in ('expected_only', 'recorded_only')
),

by_reference as (
    select * from {{ ref('int_near_miss_pairs_by_reference') }}
),

by_text as (
    select * from {{ ref('int_near_miss_pairs_by_text') }}
),

look_alikes as (
    select * from {{ ref('int_look_alikes') }}
),

found_pairs as (
    select
        expected_item_id,
        recorded_item_id,
        null as expected_name,
        null as document_kind,
        0 as is_exact_name
    from by_reference
    union all
    select
        expected_item_id,
        recorded_item_id,
        expected_name,
        document_kind,
        case when is_exact_name then 1 else 0 end as is_exact_name
    from by_text
    union all
    select
        look_alikes.expected_item_id,
        look_alikes.recorded_item_id,
        null as expected_name,
        null as document_kind,
        0 as is_exact_name
    from look_alikes
    left join lone_items as lone_expected
        on look_alikes.expected_item_id = lone_expected.item_id
    left join lone_items as lone_recorded
        on look_alikes.recorded_item_id = lone_recorded.item_id
    where lone_expected.item_id is not null or lone_recorded.item_id is not null
),

near_miss_pairs as (
    select
        expected_item_id,
        recorded_item_id,
        min(expected_name) as expected_name,
        min(document_kind) as document_kind,
        max(is_exact_name) = 1 as is_exact_name
    from found_pairs
    group by
        expected_item_id,
        recorded_item_id
)

select * from near_miss_pairs
