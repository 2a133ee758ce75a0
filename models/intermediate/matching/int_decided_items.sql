-- grain: one row per item_id
with

decisions as (
    select * from {{ ref('int_decisions') }}
),

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

-- An item that two decisions name, as item of one and counterpart of another, follows the later.
items_by_decision as (
    select
        decision_items.item_id,
        decision_items.side,
        decision_items.named_as,
        decisions.decision_id,
        decisions.action,
        decisions.reason,
        row_number() over (
            partition by decision_items.item_id
            order by decisions.decided_on desc, decisions.decision_id desc
        ) as decision_rank
    from decision_items
    inner join decisions
        on decision_items.decision_id = decisions.decision_id
    where
        decisions.decision_state = 'in_effect'
        and decisions.action <> 'reopen'
        and decision_items.is_as_seen
        and decision_items.is_matchable
),

decided_items as (
    select
        item_id,
        side,
        named_as,
        decision_id,
        action,
        reason
    from items_by_decision
    where decision_rank = 1
)

select * from decided_items
