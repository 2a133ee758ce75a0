-- Invariant: every component of every event is posted as exactly one debit and one credit (L9).
-- Grain: event, component, obligation.
-- A row: a component with more or fewer entries than two and not excused by a policy choice.
-- Then: add or correct the row of posting_rules for this event type, component and policy choice.
with

events as (
    select * from {{ ref('int_accounting_events') }}
),

entries as (
    select
        event_id,
        component,
        coalesce(obligation_id, '') as obligation_id,
        count(*) as entry_count
    from {{ ref('int_expected_entries') }}
    group by
        event_id,
        component,
        coalesce(obligation_id, '')
),

-- A rule that hangs on a policy may say nothing under the other choice: that is the choice.
governed_by_policy as (
    select distinct
        event_type,
        component
    from {{ ref('posting_rules') }}
    where policy is not null
),

compared as (
    select
        events.event_id,
        events.component,
        events.obligation_id,
        coalesce(entries.entry_count, 0) as entry_count,
        case
            when entries.entry_count = 2 then 'ok'
            when entries.entry_count is null and governed_by_policy.event_type is not null
                then 'ok'
            when entries.entry_count is null then 'not posted'
            else 'posted more than once'
        end as status
    from events
    left join entries
        on
            events.event_id = entries.event_id
            and events.component = entries.component
            and coalesce(events.obligation_id, '') = entries.obligation_id
    left join governed_by_policy
        on
            events.event_type = governed_by_policy.event_type
            and events.component = governed_by_policy.component
)

select * from compared
where status <> 'ok'
