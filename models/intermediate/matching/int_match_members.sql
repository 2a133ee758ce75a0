-- grain: one row per item_id
with

decided_items as (
    select * from {{ ref('int_decided_items') }}
    where action in ('match', 'accept')
),

matches_by_reference as (
    select * from {{ ref('int_matches_by_reference') }}
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

matches_of_last_resort as (
    select * from {{ ref('int_matches_of_last_resort') }}
),

pairs as (
    select * from matches_by_reference
    union all
    select * from matches_by_structure
    union all
    select * from matches_of_last_resort
),

-- An item is in one match, so any of its items names the match.
match_members as (
    select
        'match:' || decision_id as match_id,
        item_id,
        side,
        0 as match_tier,
        'decision_' || action as match_rule
    from decided_items
    union all
    select
        'match:' || expected_item_id as match_id,
        expected_item_id as item_id,
        'expected' as side,
        match_tier,
        match_rule
    from pairs
    union all
    select
        'match:' || expected_item_id as match_id,
        recorded_item_id as item_id,
        'recorded' as side,
        match_tier,
        match_rule
    from pairs
    union all
    select
        'match:' || match_key as match_id,
        item_id,
        side,
        match_tier,
        match_rule
    from matches_by_group
    union all
    select
        'match:' || match_key as match_id,
        item_id,
        'recorded' as side,
        match_tier,
        match_rule
    from matches_one_sided
)

select * from match_members
