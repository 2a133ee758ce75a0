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

-- A company loaded less far has its own day before.
days_before as (
    select
        entity_id,
        cast({{ dbt.dateadd('day', -1, 'as_of_date') }} as date) as day_before
    from entities
),

-- What has been replaced, contradicted or has run out since then still held.
decided_items_before as (
    select
        decision_items.item_id,
        decisions.decision_id,
        decisions.action
    from decision_items
    inner join days_before
        on decision_items.entity_id = days_before.entity_id
    inner join decisions
        on decision_items.decision_id = decisions.decision_id
    left join decisions as successors
        on decisions.successor_id = successors.decision_id
    where
        decision_items.is_as_seen
        and decisions.action <> 'reopen'
        and decisions.decision_state in ('in_effect', 'superseded', 'contradictory', 'expired')
        and decisions.decided_on <= days_before.day_before
        and coalesce(decisions.ends_on, days_before.day_before) >= days_before.day_before
        and (successors.decision_id is null or successors.decided_on > days_before.day_before)
)

select * from decided_items_before
