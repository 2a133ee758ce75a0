-- grain: one row per span_id, month_start
with

recurring_spans as (
    select * from {{ ref('int_recurring_spans') }}
),

months as (
    select * from {{ ref('int_months') }}
),

span_months as (
    select
        recurring_spans.*,
        months.month_start,
        months.month_end,
        months.next_month_start
    from recurring_spans
    inner join months
        on
            recurring_spans.service_start_date < months.next_month_start
            and (
                recurring_spans.service_end_date > months.month_start
                or (
                    recurring_spans.service_end_date = months.month_start
                    and recurring_spans.service_end_second > 0
                )
            )
),

boundaries as (
    select
        *,
        0 as is_end,
        month_start as boundary_date
    from span_months
    union all
    select
        *,
        1 as is_end,
        next_month_start as boundary_date
    from span_months
),

clocked as (
    select
        *,
        {{ dbt.datediff(
            'service_start_date', 'boundary_date', 'day'
        ) }} as days_served,
        {{ dbt.datediff(
            'service_start_date', 'boundary_date', 'month'
        ) }} as months_served,
        {{ dbt.datediff(
            'first_full_month_start', 'boundary_date', 'month'
        ) }} as full_months_served,
        {{ dbt.datediff(
            'month_start', 'next_month_start', 'day'
        ) }} as month_days,
        least(span_seconds, greatest(0, cast({{ dbt.datediff(
            'service_start_date', 'boundary_date', 'day'
        ) }} as bigint) * 86400 - service_start_second)) as seconds_served
    from boundaries
),

-- Worked out here a second time, apart from the schedule: the control that compares the two would
-- be worth nothing if they shared a formula.
served as (
    select
        *,
        case
            when measured_convention = 'daily' then least(total_units, greatest(0, days_served))
            when measured_convention = 'even_months'
                then least(total_units, greatest(0, months_served))
            when measured_convention = 'by_second' then seconds_served
            when boundary_date <= first_full_month_start or boundary_date >= last_month_start
                then full_months * seconds_served
            else full_months * first_part_seconds + full_months_served * middle_units
        end as served_units
    from clocked
),

recurring_span_months as (
    select
        span_id,
        month_start,
        month_end,
        next_month_start,
        cast(sum(case when is_end = 0 then served_units else 0 end) as bigint) as served_at_start,
        cast(sum(case when is_end = 1 then served_units else 0 end) as bigint) as served_at_end,
        cast(min(total_units) as bigint) as total_units,
        cast(min(case
            when measured_convention = 'even_months' then 1
            when measured_convention = 'daily' then month_days
            when measured_convention = 'by_second' then month_days * 86400
            else middle_units
        end) as bigint) as month_units
    from served
    group by
        span_id,
        month_start,
        month_end,
        next_month_start
)

select * from recurring_span_months
