-- grain: one row per item_id
with

item_days as (
    select * from {{ ref('int_item_days') }}
),

decided_items as (
    select * from {{ ref('int_decided_items') }}
),

decided_items_before as (
    select * from {{ ref('int_decided_items_before') }}
),

entities as (
    select
        entity_id,
        as_of_date,
        cast({{ dbt.dateadd('day', -1, 'as_of_date') }} as date) as day_before
    from {{ ref('int_entities') }}
),

decided as (
    select
        coalesce(decided_items.item_id, decided_items_before.item_id) as item_id,
        decided_items_before.action as action_before,
        decided_items.action as action_after,
        (decided_items.decision_id is distinct from decided_items_before.decision_id)
            as is_decided_anew
    from decided_items
    full outer join decided_items_before
        on decided_items.item_id = decided_items_before.item_id
),

-- A link that a verdict made, or made possible, is no older than the verdict.
matches_decided_anew as (
    select item_days.match_id
    from item_days
    inner join decided
        on item_days.item_id = decided.item_id
    where decided.is_decided_anew and item_days.match_id is not null
    group by item_days.match_id
),

facts as (
    select
        item_days.*,
        entities.as_of_date,
        entities.day_before,
        decided.action_before,
        decided.action_after,
        coalesce(decided.is_decided_anew, false)
        or matches_decided_anew.match_id is not null as is_decided_anew,
        item_days.linked_date <= entities.day_before
        and matches_decided_anew.match_id is null as was_linked
    from item_days
    inner join entities
        on item_days.entity_id = entities.entity_id
    left join decided
        on item_days.item_id = decided.item_id
    left join matches_decided_anew
        on item_days.match_id = matches_decided_anew.match_id
),

-- Without its counterpart an item was alone; with it, it stood as it does now.
replayed as (
    select
        *,
        case
            when known_date > day_before then 'not_known'
            when status = 'ignored' and action_after is null then 'ignored'
            when action_before = 'ignore' then 'ignored'
            when action_before = 'carry_forward' then 'pending'
            when was_linked then status
            when is_decided_anew and action_before in ('match', 'accept') then 'matched'
            when
                inconclusive_from_date <= day_before
                and (conclusive_from_date is null or conclusive_from_date > day_before)
                then 'inconclusive'
            when side = 'recorded' then 'recorded_only'
            when due_date > day_before then 'pending'
            else 'expected_only'
        end as status_before
    from facts
),

item_states as (
    select
        item_id,
        side,
        leg,
        entity_id,
        currency_code,
        amount_minor,
        known_date,
        due_date,
        unmatched_from_date,
        as_of_date,
        day_before,
        is_decided_anew,
        status_before,
        case when was_linked then match_id end as match_id_before,
        status as status_after,
        match_id as match_id_after
    from replayed
    where
        status in ('suggested', 'discrepancy', 'expected_only', 'recorded_only')
        or status_before in ('suggested', 'discrepancy', 'expected_only', 'recorded_only')
)

select * from item_states
