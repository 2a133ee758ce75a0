-- Invariant: what reviewers decided is what the marts show, and nothing else passes for decided.
-- Grain: item_id whose status is not what the decision in effect says.
-- A row: a verdict that is lost on the way, or a match in the reviewers' tier that nobody decided.
-- Then: follow the item from int_decided_items through int_match_members to its status.
with

decided as (
    select
        decision_items.item_id,
        decisions.decision_id,
        decisions.action
    from {{ ref('int_decision_items') }} as decision_items
    inner join {{ ref('int_decisions') }} as decisions
        on decision_items.decision_id = decisions.decision_id
    where decisions.decision_state = 'in_effect' and decisions.action <> 'reopen'
),

items as (
    select
        item_id,
        status,
        match_id,
        match_tier
    from {{ ref('fct_reconciliation_items') }}
),

compared as (
    select
        coalesce(decided.item_id, items.item_id) as item_id,
        decided.decision_id,
        decided.action,
        items.status,
        items.match_id,
        case
            when items.item_id is null then 'the item is gone'
            when decided.item_id is null and items.match_tier = 0 then 'nobody decided this match'
            when decided.item_id is null then 'ok'
            when decided.action = 'ignore' and items.status = 'ignored' then 'ok'
            when decided.action = 'carry_forward' and items.status = 'pending' then 'ok'
            when
                decided.action in ('match', 'accept')
                and items.status = 'matched'
                and items.match_id = 'match:' || decided.decision_id
                then 'ok'
            else 'not as decided'
        end as verdict
    from decided
    full outer join items
        on decided.item_id = items.item_id
)

select * from compared
where verdict <> 'ok'
