-- grain: one row per item_id, candidate_item_id
with

judged as (
    select * from {{ ref('int_structural_pairs_judged') }}
),

lone_items as (
    select * from {{ ref('int_item_statuses') }}
    where status in ('expected_only', 'recorded_only')
),

-- Left alone either because several candidates fit it equally well, or because its one candidate
-- fits several items equally well.
seen_from_both_sides as (
    select
        expected_item_id as item_id,
        recorded_item_id as candidate_item_id,
        match_rule,
        date_distance,
        is_ambiguous_for_expected as is_ambiguous_for_item,
        is_ambiguous_for_recorded as is_ambiguous_for_candidate
    from judged
    where preference_of_expected = 1
    union all
    select
        recorded_item_id as item_id,
        expected_item_id as candidate_item_id,
        match_rule,
        date_distance,
        is_ambiguous_for_recorded as is_ambiguous_for_item,
        is_ambiguous_for_expected as is_ambiguous_for_candidate
    from judged
    where preference_of_recorded = 1
),

ambiguous_matches as (
    select
        seen_from_both_sides.*,
        count(*) over (partition by seen_from_both_sides.item_id) as candidate_count
    from seen_from_both_sides
    inner join lone_items
        on seen_from_both_sides.item_id = lone_items.item_id
    where
        seen_from_both_sides.is_ambiguous_for_item
        or seen_from_both_sides.is_ambiguous_for_candidate
)

select * from ambiguous_matches
