-- grain: one row per item_id
with

memberships as (
    select * from {{ ref('int_residue_memberships') }}
),

candidates as (
    select * from {{ ref('int_group_candidates') }}
),

members as (
    select
        candidates.candidate_rank,
        candidates.item_count,
        candidates.rule,
        candidates.match_tier,
        memberships.item_id,
        memberships.side,
        min(candidates.candidate_rank) over (partition by memberships.item_id) as best_rank
    from candidates
    inner join memberships
        on
            candidates.leg = memberships.leg
            and candidates.entity_id = memberships.entity_id
            and candidates.account_role = memberships.account_role
            and candidates.currency_code = memberships.currency_code
            and candidates.membership_rule = memberships.rule
            and case memberships.side
                when 'expected' then candidates.expected_group_key
                else candidates.recorded_group_key
            end = memberships.group_key
),

-- A group stands only if it is the best group of every one of its items.
standing_groups as (
    select
        candidate_rank,
        min(item_id) as match_key
    from members
    where candidate_rank = best_rank
    group by
        candidate_rank,
        item_count
    having count(*) = item_count
),

matches_by_group as (
    select
        members.item_id,
        members.side,
        standing_groups.match_key,
        members.match_tier,
        members.rule as match_rule
    from members
    inner join standing_groups
        on members.candidate_rank = standing_groups.candidate_rank
)

select * from matches_by_group
