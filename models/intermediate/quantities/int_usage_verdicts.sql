-- grain: one row per chain_id
with

items as (
    select
        items.item_id,
        items.side,
        replace(replace(items.item_id, 'usage:expected:', ''), 'usage:recorded:', '')
            as chain_id,
        {{ item_fingerprint('items') }} as fingerprint
    from {{ ref('int_items') }} as items
    where items.leg = 'usage'
),

exceptions as (
    select * from {{ ref('int_exceptions') }}
    where leg = 'usage'
),

item_decisions as (
    select * from {{ ref('int_item_decisions') }}
),

review_decisions as (
    select * from {{ ref('review_decisions') }}
),

proposal_states as (
    select * from {{ ref('usage_proposal_states') }}
),

-- The item that the queue shows speaks for its client, service and month, then one that a reviewer
-- has decided on, then what was due.
ranked as (
    select
        items.chain_id,
        items.item_id,
        items.fingerprint,
        exceptions.exception_id,
        item_decisions.decision_id,
        item_decisions.decision_state,
        row_number() over (
            partition by items.chain_id
            order by
                case when exceptions.exception_id is null then 1 else 0 end asc,
                case when item_decisions.decision_id is null then 1 else 0 end asc,
                items.side asc,
                items.item_id asc
        ) as item_rank
    from items
    left join exceptions
        on items.item_id = exceptions.item_id
    left join item_decisions
        on items.item_id = item_decisions.item_id
),

verdicts as (
    select
        ranked.chain_id,
        ranked.item_id,
        ranked.fingerprint,
        ranked.exception_id,
        ranked.decision_id,
        coalesce(ranked.decision_state, 'none') as decision_state,
        case
            when ranked.decision_state = 'in_effect'
                then coalesce(proposal_states.proposal_state, 'open')
            else 'open'
        end as proposal_state
    from ranked
    left join review_decisions
        on ranked.decision_id = review_decisions.decision_id
    left join proposal_states
        on review_decisions.action = proposal_states.action
    where ranked.item_rank = 1
)

select * from verdicts
