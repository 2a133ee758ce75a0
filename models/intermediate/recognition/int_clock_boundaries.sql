-- grain: one row per scenario, obligation_id, boundary_date
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

service_months as (
    select * from {{ ref('int_service_months') }}
),

service_stops as (
    select * from {{ ref('int_service_stops') }}
),

stopped_months as (
    select * from {{ ref('int_stopped_months') }}
),

reduction_effects as (
    select * from {{ ref('int_reduction_effects') }}
),

scenario_invoices as (
    select * from {{ ref('int_scenario_invoices') }}
),

-- Most lines follow the calendar. These have a clock of their own: it stands still while they are
-- held or cancelled, or it runs by what the customer draws.
obligations_with_a_clock as (
    select
        scenario,
        obligation_id
    from service_stops
    union distinct
    select
        scenario_invoices.scenario,
        obligations.obligation_id
    from obligations
    inner join scenario_invoices
        on obligations.invoice_id = scenario_invoices.invoice_id
    where obligations.convention = 'on_drawdown'
),

boundaries as (
    select
        obligations_with_a_clock.scenario,
        obligations_with_a_clock.obligation_id,
        service_months.next_month_start as boundary_date
    from obligations_with_a_clock
    inner join obligations
        on obligations_with_a_clock.obligation_id = obligations.obligation_id
    inner join service_months
        on
            obligations.convention = service_months.convention
            and obligations.service_start_date = service_months.service_start_date
            and obligations.service_start_second = service_months.service_start_second
            and obligations.service_end_date = service_months.service_end_date
            and obligations.service_end_second = service_months.service_end_second
            and obligations.booked_month = service_months.booked_month
    union distinct
    select
        scenario,
        obligation_id,
        next_month_start as boundary_date
    from stopped_months
    union distinct
    select
        obligations_with_a_clock.scenario,
        obligations_with_a_clock.obligation_id,
        reduction_effects.changed_date as boundary_date
    from obligations_with_a_clock
    inner join reduction_effects
        on
            obligations_with_a_clock.scenario = reduction_effects.scenario
            and obligations_with_a_clock.obligation_id = reduction_effects.obligation_id
    union distinct
    select
        obligations_with_a_clock.scenario,
        obligations_with_a_clock.obligation_id,
        cast({{ dbt.dateadd(
            'month', 1, dbt.date_trunc('month', 'reduction_effects.changed_date')
        ) }} as date) as boundary_date
    from obligations_with_a_clock
    inner join reduction_effects
        on
            obligations_with_a_clock.scenario = reduction_effects.scenario
            and obligations_with_a_clock.obligation_id = reduction_effects.obligation_id
),

-- A boundary inside a stop stands where the stop began; of several stops the earliest counts.
clock_boundaries as (
    select
        boundaries.scenario,
        boundaries.obligation_id,
        boundaries.boundary_date,
        min(case
            when
                boundaries.boundary_date > service_stops.stopped_from
                and (
                    service_stops.resumed_on is null
                    or boundaries.boundary_date <= service_stops.resumed_on
                )
                then service_stops.stopped_from
            else boundaries.boundary_date
        end) as clock_date
    from boundaries
    left join service_stops
        on
            boundaries.scenario = service_stops.scenario
            and boundaries.obligation_id = service_stops.obligation_id
    group by
        boundaries.scenario,
        boundaries.obligation_id,
        boundaries.boundary_date
)

select * from clock_boundaries
