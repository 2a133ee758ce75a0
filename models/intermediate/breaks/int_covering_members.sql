-- grain: one row per proposal_id, item_id
with

covering_sets as (
    select * from {{ ref('int_covering_sets') }}
),

items as (
    select * from {{ ref('int_items') }}
),

members as (
    select
        proposal_id,
        line_item_id,
        set_size,
        line_item_id as item_id,
        'line' as part
    from covering_sets
    union all
    select
        proposal_id,
        line_item_id,
        set_size,
        first_item_id as item_id,
        'member' as part
    from covering_sets
    union all
    select
        proposal_id,
        line_item_id,
        set_size,
        second_item_id as item_id,
        'member' as part
    from covering_sets
    union all
    select
        proposal_id,
        line_item_id,
        set_size,
        third_item_id as item_id,
        'member' as part
    from covering_sets
    where third_item_id is not null
),

covering_members as (
    select
        members.proposal_id,
        members.line_item_id,
        members.set_size,
        members.item_id,
        members.part,
        items.leg,
        items.entity_id,
        items.currency_code,
        items.amount_minor,
        items.item_date,
        count(*) over (partition by members.item_id) as uses_of_item
    from members
    inner join items
        on members.item_id = items.item_id
)

select * from covering_members
