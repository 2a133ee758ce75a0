-- grain: one row per item_id
with

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

decisions as (
    select * from {{ ref('int_decisions') }}
),

ranked as (
    select
        decision_items.item_id,
        decisions.decision_id,
        decisions.decision_state,
        row_number() over (
            partition by decision_items.item_id
            order by
                decisions.decided_on desc, decisions.decision_id desc, decision_items.named_as asc
        ) as decision_rank
    from decision_items
    inner join decisions
        on decision_items.decision_id = decisions.decision_id
),

-- A decision that does not hold is worth knowing where the break it spoke of still stands.
item_decisions as (
    select
        item_id,
        decision_id,
        decision_state
    from ranked
    where decision_rank = 1
)

select * from item_decisions
