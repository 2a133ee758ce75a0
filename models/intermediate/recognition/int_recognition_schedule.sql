-- grain: one row per obligation_id, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

service_months as (
    select * from {{ ref('int_service_months') }}
),

reductions_by_month as (
    select * from {{ ref('int_reduction_effects_by_month') }}
),

months_of_service as (
    select
        obligations.obligation_id,
        service_months.month_start,
        service_months.month_end,
        service_months.served_units,
        service_months.total_units
    from obligations
    inner join service_months
        on
            obligations.convention = service_months.convention
            and obligations.service_start_date = service_months.service_start_date
            and obligations.service_end_date = service_months.service_end_date
            and obligations.booked_month = service_months.booked_month
),

-- A refund after the last day of service has a month of its own, with everything delivered.
months_of_late_reductions as (
    select
        reductions_by_month.obligation_id,
        reductions_by_month.month_start,
        reductions_by_month.month_end,
        1 as served_units,
        1 as total_units
    from reductions_by_month
    left join months_of_service
        on
            reductions_by_month.obligation_id = months_of_service.obligation_id
            and reductions_by_month.month_start = months_of_service.month_start
    where months_of_service.obligation_id is null
),

months as (
    select * from months_of_service
    union all
    select * from months_of_late_reductions
),

in_force as (
    select
        months.obligation_id,
        months.month_start,
        months.month_end,
        months.served_units,
        months.total_units,
        sum(coalesce(reductions_by_month.net_amount_minor, 0)) over (
            partition by months.obligation_id order by months.month_start
            rows between unbounded preceding and current row
        ) as reduced_amount_minor,
        sum(coalesce(reductions_by_month.net_functional_amount_minor, 0)) over (
            partition by months.obligation_id order by months.month_start
            rows between unbounded preceding and current row
        ) as reduced_functional_amount_minor,
        sum(coalesce(reductions_by_month.contra_amount_minor, 0)) over (
            partition by months.obligation_id order by months.month_start
            rows between unbounded preceding and current row
        ) as contra_to_date_minor,
        sum(coalesce(reductions_by_month.contra_functional_amount_minor, 0)) over (
            partition by months.obligation_id order by months.month_start
            rows between unbounded preceding and current row
        ) as contra_functional_to_date_minor
    from months
    left join reductions_by_month
        on
            months.obligation_id = reductions_by_month.obligation_id
            and months.month_start = reductions_by_month.month_start
),

recognition_schedule as (
    select
        obligations.obligation_id,
        obligations.entity_id,
        in_force.month_start,
        in_force.month_end,
        cast(
            obligations.net_amount_minor - in_force.reduced_amount_minor as bigint
        ) as consideration_minor,
        {{ share_of_service(
            'cast(obligations.net_amount_minor - in_force.reduced_amount_minor as bigint)',
            'in_force.served_units',
            'in_force.total_units'
        ) }} as earned_to_date_minor,
        cast(in_force.contra_to_date_minor as bigint) as contra_to_date_minor,
        cast(
            obligations.net_functional_amount_minor
            - in_force.reduced_functional_amount_minor as bigint
        ) as consideration_functional_minor,
        {{ share_of_service(
            'cast(obligations.net_functional_amount_minor'
            ~ ' - in_force.reduced_functional_amount_minor as bigint)',
            'in_force.served_units',
            'in_force.total_units'
        ) }} as earned_functional_to_date_minor,
        cast(in_force.contra_functional_to_date_minor as bigint) as contra_functional_to_date_minor
    from obligations
    inner join in_force
        on obligations.obligation_id = in_force.obligation_id
)

select * from recognition_schedule
