-- grain: one row per item_id
with

neighbour_sets as (
    select * from {{ ref('int_neighbour_sets') }}
),

items as (
    select * from {{ ref('int_items') }}
),

items_of_sets as (
    select
        line_item_id,
        line_item_id as item_id
    from neighbour_sets
    union all
    select
        line_item_id,
        earlier_item_id as item_id
    from neighbour_sets
    union all
    select
        line_item_id,
        later_item_id as item_id
    from neighbour_sets
),

counted as (
    select
        *,
        count(*) over (partition by item_id) as set_count
    from items_of_sets
),

-- A set that shares an item with another is a riddle: neither is guessed.
clear_lines as (
    select line_item_id
    from counted
    group by line_item_id
    having max(set_count) = 1
),

neighbour_memberships as (
    select
        items.item_id,
        items.side,
        items.leg,
        items.entity_id,
        items.account_role,
        items.currency_code,
        items.customer_id,
        items.amount_minor,
        items.item_date,
        'group_by_neighbours' as rule,
        counted.line_item_id as link_key,
        counted.line_item_id as group_key
    from counted
    inner join clear_lines
        on counted.line_item_id = clear_lines.line_item_id
    inner join items
        on counted.item_id = items.item_id
)

select * from neighbour_memberships
