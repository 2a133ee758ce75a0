-- grain: one row per scenario, entity_id, policy, effective_from
with

policies as (
    select * from {{ ref('policies') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

scenarios as (
    select * from {{ ref('int_scenarios') }}
),

policies_of_entities as (
    select
        entity_id,
        policy
    from policies
    where entity_id is not null
    group by
        entity_id,
        policy
),

-- Rows that name a company replace the general ones for it, policy by policy.
chosen as (
    select
        entities.entity_id,
        policies.policy,
        policies.choice,
        policies.effective_from
    from entities
    cross join policies
    left join policies_of_entities
        on
            entities.entity_id = policies_of_entities.entity_id
            and policies.policy = policies_of_entities.policy
    where
        policies.entity_id = entities.entity_id
        or (policies.entity_id is null and policies_of_entities.policy is null)
),

by_scenario as (
    select
        scenarios.scenario,
        chosen.entity_id,
        chosen.policy,
        chosen.choice,
        chosen.effective_from
    from chosen
    cross join scenarios
    where coalesce(scenarios.policy, '') <> chosen.policy
    union all
    select
        scenarios.scenario,
        entities.entity_id,
        scenarios.policy,
        scenarios.choice,
        cast('1970-01-01' as date) as effective_from
    from entities
    cross join scenarios
    where scenarios.policy is not null
),

policy_choices as (
    select
        scenario,
        entity_id,
        policy,
        choice,
        effective_from,
        lead(effective_from) over (
            partition by scenario, entity_id, policy order by effective_from
        ) as effective_until
    from by_scenario
)

select * from policy_choices
