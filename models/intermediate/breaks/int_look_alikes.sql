-- grain: one row per search, expected_item_id, recorded_item_id
with

look_alike_keys as (
    select * from {{ ref('int_look_alike_keys') }}
),

look_alike_blocks as (
    select * from {{ ref('int_look_alike_blocks') }}
    where is_compared
),

look_alikes as (
    select
        expected_keys.search,
        expected_keys.item_id as expected_item_id,
        recorded_keys.item_id as recorded_item_id,
        abs({{ dbt.datediff(
            'expected_keys.item_date', 'recorded_keys.item_date', 'day'
        ) }}) as date_distance
    from look_alike_blocks
    inner join look_alike_keys as expected_keys
        on
            look_alike_blocks.search = expected_keys.search
            and look_alike_blocks.leg = expected_keys.leg
            and look_alike_blocks.entity_id = expected_keys.entity_id
            and look_alike_blocks.search_key = expected_keys.search_key
    inner join look_alike_keys as recorded_keys
        on
            look_alike_blocks.search = recorded_keys.search
            and look_alike_blocks.leg = recorded_keys.leg
            and look_alike_blocks.entity_id = recorded_keys.entity_id
            and look_alike_blocks.search_key = recorded_keys.search_key
    where
        expected_keys.side = 'expected'
        and recorded_keys.side = 'recorded'
        and abs({{ dbt.datediff(
            'expected_keys.item_date', 'recorded_keys.item_date', 'day'
        ) }}) <= expected_keys.date_window_days
        and case expected_keys.search
            when 'other_role' then expected_keys.account_role <> recorded_keys.account_role
            when 'other_currency' then expected_keys.currency_code <> recorded_keys.currency_code
            else true
        end
)

select * from look_alikes
