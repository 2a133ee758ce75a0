-- grain: one row per item_id
with

decisions as (
    select * from {{ ref('int_decisions') }}
),

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

-- Two decisions in effect share no item: whichever speaks of one later has replaced the other.
decided_items as (
    select
        decision_items.item_id,
        decision_items.side,
        decisions.decision_id,
        decisions.action,
        decisions.reason
    from decision_items
    inner join decisions
        on decision_items.decision_id = decisions.decision_id
    where
        decisions.decision_state = 'in_effect'
        and decisions.action <> 'reopen'
)

select * from decided_items
