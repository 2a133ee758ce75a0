-- grain: one row per pair_rank
with

large_blocks as (
    select * from {{ ref('int_contested_pairs') }}
    where not is_small_block
),

round_1 as (
    {{ mutual_best('large_blocks') }}
),

round_2 as (
    {{ mutual_best('large_blocks', ['round_1']) }}
),

round_3 as (
    {{ mutual_best('large_blocks', ['round_1', 'round_2']) }}
),

nearest_first as (
    select pair_rank
    from round_1
    union all
    select pair_rank
    from round_2
    union all
    select pair_rank
    from round_3
),

-- The nearest pair first can leave two items over that would have found each other. Looking for better
-- costs the square of a block's pairs, so the very largest keep what they have.
improvable as (
    select * from large_blocks
    where block_size <= 400
),

step_1 as (
    {{ better_assignment('improvable', 'nearest_first') }}
),

step_2 as (
    {{ better_assignment('improvable', 'step_1') }}
),

step_3 as (
    {{ better_assignment('improvable', 'step_2') }}
),

assigned_pairs as (
    select pair_rank
    from step_3
    union all
    select nearest_first.pair_rank
    from nearest_first
    inner join large_blocks
        on nearest_first.pair_rank = large_blocks.pair_rank
    where large_blocks.block_size > 400
)

select * from assigned_pairs
