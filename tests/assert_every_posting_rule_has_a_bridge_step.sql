-- Invariant: the debit and the credit of each posting rule count alike in every walk of the bridge.
-- Grain: event, component, policy choice, walk.
-- A row: a rule whose entries a walk would leave as residual, whether or not it has posted yet.
-- Then: add the rule's event and role to bridge_postings, under the step that says what it does.
with

bridge_steps as (
    select * from {{ ref('bridge_steps') }}
),

-- A walk is what it ends at, less what it starts from, less its steps.
weights as (
    select
        section,
        step,
        case when kind = 'subtotal' then 1 else -1 end as weight
    from bridge_steps
    where starts_from is not null
    union all
    select
        section,
        starts_from as step,
        -1 as weight
    from bridge_steps
    where kind = 'subtotal' and starts_from is not null
),

-- Zero for a rule that the walk does not touch, and for one whose two sides cancel in it.
effects as (
    select
        rule_sides.event_type,
        rule_sides.component,
        rule_sides.policy_choice,
        weights.section,
        sum(rule_sides.direction * postings.sign * weights.weight) as left_open
    from {{ ref('int_posting_rule_sides') }} as rule_sides
    inner join {{ ref('bridge_postings') }} as postings
        on
            rule_sides.account_role = postings.account_role
            and rule_sides.event_type = coalesce(postings.event_type, rule_sides.event_type)
    inner join weights
        on postings.step = weights.step
    group by
        rule_sides.event_type,
        rule_sides.component,
        rule_sides.policy_choice,
        weights.section
)

select * from effects
where left_open <> 0
