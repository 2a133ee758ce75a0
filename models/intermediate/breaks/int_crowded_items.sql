-- grain: one row per item_id
with

look_alike_keys as (
    select * from {{ ref('int_look_alike_keys') }}
),

look_alike_blocks as (
    select * from {{ ref('int_look_alike_blocks') }}
    where not is_compared
),

crowded_items as (
    select look_alike_keys.item_id
    from look_alike_keys
    inner join look_alike_blocks
        on
            look_alike_keys.search = look_alike_blocks.search
            and look_alike_keys.leg = look_alike_blocks.leg
            and look_alike_keys.entity_id = look_alike_blocks.entity_id
            and look_alike_keys.search_key = look_alike_blocks.search_key
    group by look_alike_keys.item_id
)

select * from crowded_items
