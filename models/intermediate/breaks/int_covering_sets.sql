-- grain: one row per proposal_id
with

neighbours as (
    select * from {{ ref('int_covering_neighbours') }}
    where is_searched
),

pairs as (
    select
        first_members.line_item_id,
        first_members.line_amount_minor,
        first_members.member_item_id as first_item_id,
        second_members.member_item_id as second_item_id,
        first_members.member_customer_id,
        second_members.member_customer_id as second_customer_id,
        coalesce(first_members.member_customer_id, second_members.member_customer_id)
            as pair_customer_id,
        first_members.line_amount_minor - first_members.member_amount_minor
        - second_members.member_amount_minor as missing_amount_minor
    from neighbours as first_members
    inner join neighbours as second_members
        on
            first_members.line_item_id = second_members.line_item_id
            and first_members.member_item_id < second_members.member_item_id
    where coalesce(first_members.member_customer_id = second_members.member_customer_id, true)
),

-- A third member must be just what two others leave open, so three cost no more than two.
sets as (
    select
        line_item_id,
        first_item_id,
        second_item_id,
        null as third_item_id,
        2 as set_size
    from pairs
    where missing_amount_minor = 0
    union all
    select
        pairs.line_item_id,
        pairs.first_item_id,
        pairs.second_item_id,
        third_members.member_item_id as third_item_id,
        3 as set_size
    from pairs
    inner join neighbours as third_members
        on
            pairs.line_item_id = third_members.line_item_id
            and pairs.missing_amount_minor = third_members.member_amount_minor
    where
        pairs.second_item_id < third_members.member_item_id
        and coalesce(pairs.pair_customer_id = third_members.member_customer_id, true)
),

covering_sets as (
    select
        'proposal:' || line_item_id || '=' || first_item_id || '+' || second_item_id
        || coalesce('+' || third_item_id, '') as proposal_id,
        line_item_id,
        first_item_id,
        second_item_id,
        third_item_id,
        set_size
    from sets
)

select * from covering_sets
