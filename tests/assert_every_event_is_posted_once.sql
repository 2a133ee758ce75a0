-- Invariant: each component of an event is posted once, or by a rule that says nothing is (L9).
-- Grain: event, component, obligation.
-- A row: a component with no rule in force, with several, or with other entries than its rule asks.
-- Then: add or correct the row of posting_rules for this event type, component and policy choice.
with

events as (
    select * from {{ ref('int_accounting_events') }}
),

posting_rules as (
    select * from {{ ref('posting_rules') }}
),

policy_choices as (
    select * from {{ ref('int_policy_choices') }}
    where scenario = 'in_force'
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

rules_in_force as (
    select
        posting_rules.event_type,
        posting_rules.component,
        policy_choices.entity_id,
        coalesce(policy_choices.effective_from, cast('1900-01-01' as date)) as effective_from,
        policy_choices.effective_until,
        case when posting_rules.debit_role is null then 0 else 2 end as entry_count
    from posting_rules
    left join policy_choices
        on
            posting_rules.policy = policy_choices.policy
            and posting_rules.policy_choice = policy_choices.choice
    where
        posting_rules.policy is null
        or policy_choices.policy is not null
),

ruled as (
    select
        events.event_id,
        events.component,
        coalesce(events.obligation_id, '') as obligation_id,
        count(rules_in_force.event_type) as rule_count,
        sum(coalesce(rules_in_force.entry_count, 0)) as asked_entry_count
    from events
    left join rules_in_force
        on
            events.event_type = rules_in_force.event_type
            and events.component = rules_in_force.component
            and events.entity_id = coalesce(rules_in_force.entity_id, events.entity_id)
            and events.policy_date >= rules_in_force.effective_from
            and (
                rules_in_force.effective_until is null
                or events.policy_date < rules_in_force.effective_until
            )
    group by
        events.event_id,
        events.component,
        coalesce(events.obligation_id, '')
)

select
    ruled.event_id,
    ruled.component,
    ruled.obligation_id,
    ruled.rule_count,
    ruled.asked_entry_count,
    coalesce(entries.entry_count, 0) as entry_count
from ruled
left join entries
    on
        ruled.event_id = entries.event_id
        and ruled.component = entries.component
        and ruled.obligation_id = entries.obligation_id
where
    ruled.rule_count <> 1
    or ruled.asked_entry_count <> coalesce(entries.entry_count, 0)
