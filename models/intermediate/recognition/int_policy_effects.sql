-- grain: one row per scenario, entity_id, currency_code, month_start
with

recognition_scenarios as (
    select * from {{ ref('int_recognition_scenarios') }}
),

scenario_invoices as (
    select * from {{ ref('int_scenario_invoices') }}
    where scenario <> 'in_force'
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

accruals_by_month as (
    select * from {{ ref('int_accruals_by_month') }}
),

scenarios as (
    select * from {{ ref('int_scenarios') }}
),

-- What a choice changes on the invoices it can touch: the months under it less the months in force.
changes as (
    select
        scenario,
        obligation_id,
        month_start,
        net_revenue_minor,
        contra_minor,
        deferred_minor
    from recognition_scenarios
    where scenario <> 'in_force'
    union all
    select
        scenario_invoices.scenario,
        obligations.obligation_id,
        recognition_scenarios.month_start,
        -recognition_scenarios.net_revenue_minor as net_revenue_minor,
        -recognition_scenarios.contra_minor as contra_minor,
        -recognition_scenarios.deferred_minor as deferred_minor
    from scenario_invoices
    inner join obligations
        on scenario_invoices.invoice_id = obligations.invoice_id
    inner join recognition_scenarios
        on
            obligations.obligation_id = recognition_scenarios.obligation_id
            and recognition_scenarios.scenario = 'in_force'
),

-- Accruals that stand under every choice cancel out.
accrual_changes as (
    select
        scenarios.scenario,
        accruals_by_month.entity_id,
        accruals_by_month.currency_code,
        accruals_by_month.month_start,
        case when accruals_by_month.scenario = 'in_force' then -1 else 1 end
        * accruals_by_month.recognised_amount_minor as net_revenue_minor,
        case when accruals_by_month.scenario = 'in_force' then -1 else 1 end
        * accruals_by_month.unbilled_amount_minor as unbilled_minor
    from accruals_by_month
    inner join scenarios
        on
            scenarios.policy = 'catch_up'
            and accruals_by_month.scenario in ('in_force', scenarios.scenario)
    where accruals_by_month.accrual_kind = 'catch_up'
),

all_changes as (
    select
        changes.scenario,
        obligations.entity_id,
        obligations.currency_code,
        changes.month_start,
        changes.net_revenue_minor,
        changes.contra_minor,
        changes.deferred_minor,
        0 as unbilled_minor
    from changes
    inner join obligations
        on changes.obligation_id = obligations.obligation_id
    union all
    select
        scenario,
        entity_id,
        currency_code,
        month_start,
        net_revenue_minor,
        0 as contra_minor,
        0 as deferred_minor,
        unbilled_minor
    from accrual_changes
),

policy_effects as (
    select
        scenario,
        entity_id,
        currency_code,
        month_start,
        cast(sum(net_revenue_minor + contra_minor) as bigint) as recognised_minor,
        cast(sum(contra_minor) as bigint) as contra_minor,
        cast(sum(deferred_minor) as bigint) as deferred_minor,
        cast(sum(unbilled_minor) as bigint) as unbilled_minor
    from all_changes
    group by
        scenario,
        entity_id,
        currency_code,
        month_start
)

select * from policy_effects
