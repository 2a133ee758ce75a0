-- grain: one row per scenario, accrual_id, month_start
with

accruals as (
    select * from {{ ref('int_accruals') }}
),

accrual_changes as (
    select * from {{ ref('int_accrual_changes') }}
),

months as (
    select * from {{ ref('int_months') }}
),

service_stops as (
    select * from {{ ref('int_service_stops') }}
),

last_changes as (
    select
        scenario,
        accrual_id,
        max(changed_date) as last_changed_date
    from accrual_changes
    group by
        scenario,
        accrual_id
),

-- An open accrual stands to the as-of month, and on while its service or what is known of it does.
spans as (
    select
        accruals.scenario,
        accruals.accrual_id,
        accruals.origin_id,
        accruals.convention,
        accruals.service_start_date,
        accruals.service_start_second,
        accruals.service_end_date,
        accruals.service_end_second,
        accruals.first_date,
        coalesce(accruals.replaced_date, greatest(
            accruals.as_of_date,
            cast({{ dbt.dateadd('day', -1, 'accruals.service_end_date') }} as date),
            last_changes.last_changed_date
        )) as last_date
    from accruals
    inner join last_changes
        on
            accruals.scenario = last_changes.scenario
            and accruals.accrual_id = last_changes.accrual_id
),

-- Service that is held or cancelled accrues no further than it is earned: its clock stands still.
clocks as (
    select
        spans.scenario,
        spans.accrual_id,
        months.month_start,
        months.month_end,
        months.next_month_start,
        min(case
            when
                months.next_month_start > service_stops.stopped_from
                and (
                    service_stops.resumed_on is null
                    or months.next_month_start <= service_stops.resumed_on
                )
                then service_stops.stopped_from
            else months.next_month_start
        end) as clock_date
    from spans
    inner join months
        on
            spans.first_date < months.next_month_start
            and spans.last_date >= months.month_start
    left join service_stops
        on
            spans.scenario = service_stops.scenario
            and spans.origin_id = service_stops.obligation_id
    group by
        spans.scenario,
        spans.accrual_id,
        months.month_start,
        months.month_end,
        months.next_month_start
),

accrual_months as (
    select
        clocks.scenario,
        clocks.accrual_id,
        clocks.month_start,
        clocks.month_end,
        clocks.next_month_start,
        {{ units_served(
            'spans.convention',
            'spans.service_start_date',
            'spans.service_start_second',
            'spans.service_end_date',
            'spans.service_end_second',
            'clocks.clock_date'
        ) }} as served_units,
        {{ units_of_service(
            'spans.convention',
            'spans.service_start_date',
            'spans.service_start_second',
            'spans.service_end_date',
            'spans.service_end_second'
        ) }} as total_units
    from clocks
    inner join spans
        on
            clocks.scenario = spans.scenario
            and clocks.accrual_id = spans.accrual_id
)

select * from accrual_months
