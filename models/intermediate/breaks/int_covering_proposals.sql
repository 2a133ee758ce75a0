-- grain: one row per proposal_id
with

covering_members as (
    select
        *,
        case when part = 'member' then item_id end as member_item_id
    from {{ ref('int_covering_members') }}
),

-- Every set that shares a line or a member with another is a rival of it.
totals as (
    select
        proposal_id,
        line_item_id,
        max(set_size) as set_size,
        sum(case when part = 'member' then amount_minor else 0 end) as set_amount_minor,
        max(case when part = 'line' then uses_of_item else 0 end) as proposals_of_line,
        max(case when part = 'member' then uses_of_item else 0 end) as proposals_of_a_member,
        min(item_date) as first_date,
        max(item_date) as last_date,
        {{ dbt.listagg('member_item_id', "' '", 'order by member_item_id') }} as members_text
    from covering_members
    group by
        proposal_id,
        line_item_id
),

measured as (
    select
        totals.*,
        {{ dbt.datediff(
            'totals.first_date', 'totals.last_date', 'day'
        ) }} as day_spread
    from totals
),

covering_proposals as (
    select
        proposal_id,
        line_item_id,
        set_size,
        set_amount_minor,
        day_spread,
        proposals_of_line,
        members_text,
        proposals_of_line > 1 or proposals_of_a_member > 1 as is_ambiguous,
        row_number() over (
            partition by line_item_id
            order by set_size asc, day_spread asc, proposal_id asc
        ) as proposal_rank
    from measured
)

select * from covering_proposals
