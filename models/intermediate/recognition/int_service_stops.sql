-- grain: one row per scenario, obligation_id, stop_id
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

cancelled_services as (
    select * from {{ ref('int_cancelled_services') }}
),

revenue_holds as (
    select * from {{ ref('revenue_holds') }}
),

invoices as (
    select * from {{ ref('int_invoices') }}
),

policy_choices as (
    select * from {{ ref('int_policy_choices') }}
),

scenario_invoices as (
    select * from {{ ref('int_scenario_invoices') }}
),

held as (
    select
        obligations.obligation_id,
        obligations.invoice_id,
        {{ dbt.concat(["'hold:'", 'revenue_holds.hold_id']) }} as stop_id,
        revenue_holds.held_from as stopped_from,
        case
            when revenue_holds.released_by = 'payment' then invoices.paid_date
            else revenue_holds.released_on
        end as resumed_on
    from revenue_holds
    inner join obligations
        on
            revenue_holds.entity_id = obligations.entity_id
            and case revenue_holds.scope
                when 'invoice' then obligations.invoice_id
                when 'customer' then obligations.customer_id
                when 'product' then obligations.product_id
                when 'subscription' then obligations.subscription_id
            end = revenue_holds.scope_id
    inner join invoices
        on obligations.invoice_id = invoices.invoice_id
),

-- From the day of a stop nothing more is earned; from the day it ends, everything served meanwhile.
service_stops as (
    select
        scenario_invoices.scenario,
        held.obligation_id,
        held.stop_id,
        held.stopped_from,
        held.resumed_on
    from held
    inner join scenario_invoices
        on held.invoice_id = scenario_invoices.invoice_id
    where held.resumed_on is null or held.resumed_on > held.stopped_from
    union all
    select
        policy_choices.scenario,
        cancelled_services.obligation_id,
        'cancellation' as stop_id,
        cancelled_services.cancelled_date as stopped_from,
        cast(null as date) as resumed_on
    from cancelled_services
    inner join scenario_invoices
        on cancelled_services.invoice_id = scenario_invoices.invoice_id
    inner join policy_choices
        on
            scenario_invoices.scenario = policy_choices.scenario
            and cancelled_services.entity_id = policy_choices.entity_id
            and policy_choices.policy = 'cancellation_treatment'
            and policy_choices.choice = 'stop_at_cancellation'
            and cancelled_services.cancelled_date >= policy_choices.effective_from
            and (
                policy_choices.effective_until is null
                or cancelled_services.cancelled_date < policy_choices.effective_until
            )
)

select * from service_stops
