-- grain: one row per item_id
with

match_members as (
    select * from {{ ref('int_match_members') }}
),

match_totals as (
    select * from {{ ref('int_match_totals') }}
),

matches as (
    select
        match_members.match_id,
        match_members.item_id,
        match_members.side,
        match_members.match_tier,
        match_members.match_rule,
        match_totals.confidence,
        match_totals.expected_amount_minor,
        match_totals.recorded_amount_minor,
        match_totals.residual_amount_minor,
        match_totals.residual_name,
        match_totals.date_distance,
        match_totals.is_cut_off
    from match_members
    inner join match_totals
        on match_members.match_id = match_totals.match_id
)

select * from matches
