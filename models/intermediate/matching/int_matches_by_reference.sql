-- grain: one row per expected_item_id, recorded_item_id
with

candidates as (
    select * from {{ ref('int_candidates_by_reference') }}
),

contested_pairs as (
    select * from {{ ref('int_contested_pairs') }}
),

assigned as (
    select pair_rank
    from {{ ref('int_assignments_of_small_blocks') }}
    union all
    select pair_rank
    from {{ ref('int_assignments_of_large_blocks') }}
),

matches_by_reference as (
    select
        expected_item_id,
        recorded_item_id,
        match_tier,
        match_rule
    from candidates
    where is_only_choice
    union all
    select
        contested_pairs.expected_item_id,
        contested_pairs.recorded_item_id,
        contested_pairs.match_tier,
        contested_pairs.match_rule
    from contested_pairs
    inner join assigned
        on contested_pairs.pair_rank = assigned.pair_rank
)

select * from matches_by_reference
