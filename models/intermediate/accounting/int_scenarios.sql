-- grain: one row per scenario
with

policy_choices as (
    select * from {{ ref('policy_choices') }}
),

-- What is in force posts. Every other scenario asks what one choice would have done to revenue, had
-- it been in force from the start; the policy switchboard shows the answers.
scenarios as (
    select
        'in_force' as scenario,
        cast(null as {{ dbt.type_string() }}) as policy,
        cast(null as {{ dbt.type_string() }}) as choice
    union all
    select
        {{ dbt.concat(['policy', "':'", 'choice']) }} as scenario,
        policy,
        choice
    from policy_choices
    where moves_revenue
)

select * from scenarios
