-- grain: one row per search, leg, entity_id, search_key
with

look_alike_keys as (
    select * from {{ ref('int_look_alike_keys') }}
),

counts as (
    select
        search,
        leg,
        entity_id,
        search_key,
        max(largest_block) as largest_block,
        sum(case when side = 'expected' then 1 else 0 end) as expected_count,
        sum(case when side = 'recorded' then 1 else 0 end) as recorded_count
    from look_alike_keys
    group by
        search,
        leg,
        entity_id,
        search_key
),

-- Comparing each with each costs the product of both counts, so a crowd is not compared.
look_alike_blocks as (
    select
        search,
        leg,
        entity_id,
        search_key,
        expected_count <= largest_block and recorded_count <= largest_block as is_compared
    from counts
    where expected_count > 0 and recorded_count > 0
)

select * from look_alike_blocks
