-- grain: one row per scenario, obligation_id, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

scenario_invoices as (
    select * from {{ ref('int_scenario_invoices') }}
),

service_months as (
    select * from {{ ref('int_service_months') }}
),

own_clocks as (
    select * from {{ ref('int_own_clocks') }}
),

months as (
    select * from {{ ref('int_months') }}
),

reductions_by_month as (
    select * from {{ ref('int_reduction_effects_by_month') }}
),

stopped_months as (
    select * from {{ ref('int_stopped_months') }}
),

months_of_service as (
    select
        scenario_invoices.scenario,
        obligations.obligation_id,
        service_months.month_start,
        service_months.month_end,
        service_months.next_month_start,
        service_months.served_units,
        service_months.total_units
    from obligations
    inner join scenario_invoices
        on obligations.invoice_id = scenario_invoices.invoice_id
    inner join service_months
        on
            obligations.convention = service_months.convention
            and obligations.service_start_date = service_months.service_start_date
            and obligations.service_start_second = service_months.service_start_second
            and obligations.service_end_date = service_months.service_end_date
            and obligations.service_end_second = service_months.service_end_second
            and obligations.booked_month = service_months.booked_month
),

late_changes as (
    select
        scenario,
        obligation_id,
        month_start
    from reductions_by_month
    union distinct
    select
        scenario,
        obligation_id,
        month_start
    from stopped_months
),

-- A refund after the last day of service has a month of its own, with all delivered; a stop has
-- every month through which something waits.
months_of_late_changes as (
    select
        late_changes.scenario,
        late_changes.obligation_id,
        months.month_start,
        months.month_end,
        months.next_month_start,
        1 as served_units,
        1 as total_units
    from late_changes
    inner join obligations
        on
            late_changes.obligation_id = obligations.obligation_id
            and late_changes.month_start >= obligations.booked_month
            and obligations.convention not in ('passthrough', 'excluded')
    inner join months
        on late_changes.month_start = months.month_start
    left join months_of_service
        on
            late_changes.scenario = months_of_service.scenario
            and late_changes.obligation_id = months_of_service.obligation_id
            and late_changes.month_start = months_of_service.month_start
    where months_of_service.obligation_id is null
),

all_months as (
    select * from months_of_service
    union all
    select * from months_of_late_changes
),

schedule_months as (
    select
        all_months.scenario,
        all_months.obligation_id,
        all_months.month_start,
        all_months.month_end,
        all_months.next_month_start,
        coalesce(own_clocks.served_units, all_months.served_units) as served_units,
        coalesce(own_clocks.total_units, all_months.total_units) as total_units
    from all_months
    left join own_clocks
        on
            all_months.scenario = own_clocks.scenario
            and all_months.obligation_id = own_clocks.obligation_id
            and all_months.next_month_start = own_clocks.boundary_date
)

select * from schedule_months
