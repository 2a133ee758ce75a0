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

-- A verdict was the last word on its item as long as nobody had spoken later.
last_words as (
    select
        decision_items.item_id,
        decisions.decision_id,
        row_number() over (
            partition by decision_items.item_id
            order by decisions.decided_on desc, decisions.decision_id desc
        ) as word_rank
    from decision_items
    inner join decisions
        on decision_items.decision_id = decisions.decision_id
    cross join day_before
    where
        decision_items.named_as = 'item'
        and decision_items.is_as_seen
        and decisions.decided_on <= day_before.calendar_date
),

-- What has been superseded or has expired since then still held.
held_decisions as (
    select
        decisions.decision_id,
        decisions.action,
        decisions.decided_on
    from decisions
    inner join last_words
        on decisions.decision_id = last_words.decision_id
    cross join day_before
    where
        last_words.word_rank = 1
        and decisions.action <> 'reopen'
        and decisions.decision_state in ('in_effect', 'superseded', 'expired')
        and decisions.approved_by <> decisions.decided_by
        and coalesce(decisions.ends_on, day_before.calendar_date) >= day_before.calendar_date
),

items_by_decision as (
    select
        decision_items.item_id,
        held_decisions.decision_id,
        held_decisions.action,
        row_number() over (
            partition by decision_items.item_id
            order by held_decisions.decided_on desc, held_decisions.decision_id desc
        ) as decision_rank
    from decision_items
    inner join held_decisions
        on decision_items.decision_id = held_decisions.decision_id
    where decision_items.is_as_seen
),

decided_items_before as (
    select
        item_id,
        decision_id,
        action
    from items_by_decision
    where decision_rank = 1
)

select * from decided_items_before
