-- grain: one row per entity_id, currency_code, policy, choice, month_start
with

revenue_in_force as (
    select * from {{ ref('int_revenue_in_force') }}
),

policy_effects as (
    select * from {{ ref('int_policy_effects') }}
),

scenarios as (
    select * from {{ ref('int_scenarios') }}
    where policy is not null
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- A choice shows what is in force plus what it would change.
in_force_and_effects as (
    select
        scenarios.scenario,
        revenue_in_force.*,
        0 as revenue_effect_minor,
        0 as deferred_effect_minor
    from revenue_in_force
    cross join scenarios
    union all
    select
        scenario,
        entity_id,
        currency_code,
        month_start,
        recognised_minor,
        contra_minor,
        deferred_minor,
        unbilled_minor,
        recognised_minor - contra_minor as revenue_effect_minor,
        deferred_minor as deferred_effect_minor
    from policy_effects
),

policy_switchboard as (
    select
        totals.entity_id,
        totals.currency_code,
        scenarios.policy,
        scenarios.choice,
        totals.month_start,
        {{ major_units('sum(totals.recognised_minor)', 'min(currencies.exponent)') }}
            as recognised_amount,
        {{ major_units('sum(totals.contra_minor)', 'min(currencies.exponent)') }} as contra_amount,
        {{ major_units(
            'sum(totals.recognised_minor - totals.contra_minor)', 'min(currencies.exponent)'
        ) }} as net_revenue_amount,
        {{ major_units('sum(totals.deferred_minor)', 'min(currencies.exponent)') }}
            as deferred_amount,
        {{ major_units('sum(totals.unbilled_minor)', 'min(currencies.exponent)') }}
            as unbilled_amount,
        {{ major_units('sum(totals.revenue_effect_minor)', 'min(currencies.exponent)') }}
            as net_revenue_effect_amount,
        {{ major_units('sum(totals.deferred_effect_minor)', 'min(currencies.exponent)') }}
            as deferred_effect_amount
    from in_force_and_effects as totals
    inner join scenarios
        on totals.scenario = scenarios.scenario
    inner join currencies
        on totals.currency_code = currencies.currency_code
    group by
        totals.entity_id,
        totals.currency_code,
        scenarios.policy,
        scenarios.choice,
        totals.month_start
)

select * from policy_switchboard
