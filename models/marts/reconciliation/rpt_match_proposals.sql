-- grain: one row per proposal_id, item_id
with

proposals as (
    select * from {{ ref('int_covering_proposals') }}
),

members as (
    select * from {{ ref('int_covering_members') }}
),

neighbours as (
    select * from {{ ref('int_covering_neighbours') }}
    where not is_searched
),

break_searches as (
    select * from {{ ref('break_searches') }}
    where search = 'proposal' and is_enabled
),

currencies as (
    select * from {{ ref('currencies') }}
),

shown as (
    select
        members.proposal_id,
        members.item_id,
        members.part,
        case when proposals.is_ambiguous then 'ambiguous' else 'proposed' end as proposal_state,
        members.leg,
        members.entity_id,
        members.line_item_id,
        members.item_date,
        members.currency_code,
        members.amount_minor,
        proposals.set_amount_minor,
        proposals.set_size,
        proposals.day_spread,
        proposals.proposals_of_line - 1 as rival_count,
        proposals.members_text
    from proposals
    inner join break_searches
        on proposals.proposal_rank <= break_searches.largest_block
    inner join members
        on proposals.proposal_id = members.proposal_id
),

-- A line with too many neighbours is named, so that nobody takes silence for an answer.
not_searched as (
    select
        'not searched:' || line_item_id as proposal_id,
        line_item_id as item_id,
        'line' as part,
        'not_searched' as proposal_state,
        leg,
        entity_id,
        line_item_id,
        line_date as item_date,
        currency_code,
        line_amount_minor as amount_minor,
        null as set_amount_minor,
        cast(neighbour_count as integer) as set_size,
        null as day_spread,
        null as rival_count,
        null as members_text
    from neighbours
    group by
        line_item_id,
        leg,
        entity_id,
        line_date,
        currency_code,
        line_amount_minor,
        neighbour_count
),

match_proposals as (
    select * from shown
    union all
    select * from not_searched
),

proposed_matches as (
    select
        match_proposals.proposal_id,
        match_proposals.item_id,
        match_proposals.part,
        match_proposals.proposal_state,
        match_proposals.leg,
        match_proposals.entity_id,
        match_proposals.line_item_id,
        match_proposals.item_date,
        match_proposals.currency_code,
        {{ major_units('match_proposals.amount_minor', 'currencies.exponent') }} as amount,
        {{ major_units('match_proposals.set_amount_minor', 'currencies.exponent') }} as set_amount,
        cast(match_proposals.set_size as integer) as set_size,
        cast(match_proposals.day_spread as integer) as day_spread,
        cast(match_proposals.rival_count as bigint) as rival_count,
        case match_proposals.proposal_state
            when 'not_searched'
                then 'more open items lie around this line than are searched for sets'
            when 'ambiguous'
                then 'these items sum to the line exactly, and a rival set shares one of them'
            else 'these items and no others sum to the line exactly'
        end as explanation,
        'python scripts/decide.py match ' || match_proposals.line_item_id || ' '
        || match_proposals.members_text || ' --reason WHY --by NAME' as decide_command
    from match_proposals
    inner join currencies
        on match_proposals.currency_code = currencies.currency_code
)

select * from proposed_matches
