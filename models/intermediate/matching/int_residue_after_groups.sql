-- grain: one row per item_id
with

residue as (
    select * from {{ ref('int_residue_after_reference') }}
),

matches_by_structure as (
    select * from {{ ref('int_matches_by_structure') }}
),

matches_by_group as (
    select * from {{ ref('int_matches_by_group') }}
),

matches_one_sided as (
    select * from {{ ref('int_matches_one_sided') }}
),

residue_after_groups as (
    select residue.item_id
    from residue
    left join matches_by_structure as expected_matches
        on residue.item_id = expected_matches.expected_item_id
    left join matches_by_structure as recorded_matches
        on residue.item_id = recorded_matches.recorded_item_id
    left join matches_by_group
        on residue.item_id = matches_by_group.item_id
    left join matches_one_sided
        on residue.item_id = matches_one_sided.item_id
    where
        expected_matches.expected_item_id is null
        and recorded_matches.recorded_item_id is null
        and matches_by_group.item_id is null
        and matches_one_sided.item_id is null
)

select * from residue_after_groups
