-- grain: one row per expected_item_id, recorded_item_id
with

judged as (
    select * from {{ ref('int_structural_pairs_judged') }}
),

-- A pair that is ambiguous on either side stays out, and keeps both of its items from being given
-- to a second choice.
clear_pairs as (
    select
        expected_item_id,
        recorded_item_id,
        match_rule,
        pair_rank
    from judged
    where not is_ambiguous_for_expected and not is_ambiguous_for_recorded
),

round_1 as (
    {{ mutual_best('clear_pairs') }}
),

round_2 as (
    {{ mutual_best('clear_pairs', ['round_1']) }}
),

round_3 as (
    {{ mutual_best('clear_pairs', ['round_1', 'round_2']) }}
),

chosen as (
    select * from round_1
    union all
    select * from round_2
    union all
    select * from round_3
),

matches_by_structure as (
    select
        clear_pairs.expected_item_id,
        clear_pairs.recorded_item_id,
        6 as match_tier,
        clear_pairs.match_rule
    from clear_pairs
    inner join chosen
        on clear_pairs.pair_rank = chosen.pair_rank
)

select * from matches_by_structure
