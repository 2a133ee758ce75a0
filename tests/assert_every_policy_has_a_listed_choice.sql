-- Invariant: every choice in policies.csv is one that is carried out, and no policy is without one.
-- Grain: policy, entity, effective_from; or policy.
-- A row: a choice that policy_choices.csv does not list, or a policy without a general choice.
-- Then: correct the spelling, or give the policy a row with empty entity_id from 1970-01-01.
with

policies as (
    select * from {{ ref('policies') }}
),

policy_choices as (
    select * from {{ ref('policy_choices') }}
),

general_policies as (
    select policy
    from policies
    where entity_id is null and effective_from <= cast('1970-01-01' as date)
    group by policy
),

unlisted as (
    select
        policies.policy,
        policies.entity_id,
        policies.choice,
        policies.effective_from,
        'not in policy_choices.csv' as problem
    from policies
    left join policy_choices
        on
            policies.policy = policy_choices.policy
            and policies.choice = policy_choices.choice
    where policy_choices.policy is null
),

without_a_general_choice as (
    select
        policy_choices.policy,
        cast(null as {{ dbt.type_string() }}) as entity_id,
        cast(null as {{ dbt.type_string() }}) as choice,
        cast(null as date) as effective_from,
        'no general choice from 1970 on' as problem
    from policy_choices
    left join general_policies
        on policy_choices.policy = general_policies.policy
    where general_policies.policy is null
    group by policy_choices.policy
)

select * from unlisted
union all
select * from without_a_general_choice
