-- grain: one row per policy, effective_from
with

policies as (
    select * from {{ ref('policies') }}
),

policy_choices as (
    select
        policy,
        choice,
        effective_from,
        lead(effective_from) over (
            partition by policy order by effective_from
        ) as effective_until
    from policies
)

select * from policy_choices
