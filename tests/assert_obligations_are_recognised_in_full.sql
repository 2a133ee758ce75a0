-- Invariant: an obligation's months sum to its net amount less its reductions, to the cent (L7).
-- Grain: scenario, obligation.
-- A row: an obligation whose months do not sum, or that has no month at all, with both figures.
-- Then: look at its rows in int_recognition_schedule: a month is missing or units exceed the whole.
with

obligations as (
    select
        scenario_invoices.scenario,
        obligations.obligation_id,
        obligations.net_amount_minor,
        obligations.net_functional_amount_minor
    from {{ ref('int_obligations') }} as obligations
    inner join {{ ref('int_scenario_invoices') }} as scenario_invoices
        on obligations.invoice_id = scenario_invoices.invoice_id
    where obligations.convention not in ('passthrough', 'excluded')
),

reduced as (
    select
        scenario,
        obligation_id,
        sum(net_amount_minor) as net_amount_minor,
        sum(net_functional_amount_minor) as net_functional_amount_minor
    from {{ ref('int_reduction_effects') }}
    group by
        scenario,
        obligation_id
),

last_months as (
    select
        scenario,
        obligation_id,
        max(month_start) as month_start
    from {{ ref('int_recognition_schedule') }}
    group by
        scenario,
        obligation_id
),

scheduled as (
    select
        schedule.scenario,
        schedule.obligation_id,
        schedule.earned_to_date_minor,
        schedule.earned_functional_to_date_minor
    from {{ ref('int_recognition_schedule') }} as schedule
    inner join last_months
        on
            schedule.scenario = last_months.scenario
            and schedule.obligation_id = last_months.obligation_id
            and schedule.month_start = last_months.month_start
),

-- Only a hold that nobody released or a cancellation leaves something to wait for.
stopped_for_good as (
    select distinct
        scenario,
        obligation_id
    from {{ ref('int_service_stops') }}
    where resumed_on is null
),

compared as (
    select
        obligations.scenario,
        obligations.obligation_id,
        obligations.net_amount_minor - coalesce(reduced.net_amount_minor, 0)
            as owed_amount_minor,
        scheduled.earned_to_date_minor as scheduled_amount_minor,
        case
            when scheduled.obligation_id is null then 'no schedule'
            when stopped_for_good.obligation_id is not null then 'ok'
            when
                obligations.net_amount_minor - coalesce(reduced.net_amount_minor, 0)
                <> scheduled.earned_to_date_minor
                then 'transaction currency differs'
            when
                obligations.net_functional_amount_minor
                - coalesce(reduced.net_functional_amount_minor, 0)
                <> scheduled.earned_functional_to_date_minor
                then 'functional currency differs'
            else 'ok'
        end as status
    from obligations
    left join reduced
        on
            obligations.scenario = reduced.scenario
            and obligations.obligation_id = reduced.obligation_id
    left join scheduled
        on
            obligations.scenario = scheduled.scenario
            and obligations.obligation_id = scheduled.obligation_id
    left join stopped_for_good
        on
            obligations.scenario = stopped_for_good.scenario
            and obligations.obligation_id = stopped_for_good.obligation_id
)

select * from compared
where status <> 'ok'
