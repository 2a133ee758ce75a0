-- grain: one row per item_id
with

decisions as (
    select * from {{ ref('int_decisions') }}
),

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

day_before as (
    select cast({{ dbt.dateadd('day', -1, 'max(as_of_date)') }} as date) as calendar_date
    from entities
),

-- What has been replaced, contradicted or has run out since then still held.
held_decisions as (
    select
        decisions.decision_id,
        decisions.action
    from decisions
    cross join day_before
    left join decisions as successors
        on decisions.successor_id = successors.decision_id
    where
        decisions.action <> 'reopen'
        and decisions.decision_state in ('in_effect', 'superseded', 'contradictory', 'expired')
        and decisions.decided_on <= day_before.calendar_date
        and coalesce(decisions.ends_on, day_before.calendar_date) >= day_before.calendar_date
        and (successors.decision_id is null or successors.decided_on > day_before.calendar_date)
),

decided_items_before as (
    select
        decision_items.item_id,
        held_decisions.decision_id,
        held_decisions.action
    from decision_items
    inner join held_decisions
        on decision_items.decision_id = held_decisions.decision_id
    where decision_items.is_as_seen
)

select * from decided_items_before
