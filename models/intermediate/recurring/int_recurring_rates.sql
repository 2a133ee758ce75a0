-- grain: one row per obligation_id, month_start
with

recurring_lines as (
    select * from {{ ref('int_recurring_lines') }}
),

span_months as (
    select * from {{ ref('int_recurring_span_months') }}
),

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

-- What is still in force of a line is what it has earned net of contra plus what is deferred.
considerations as (
    select
        obligation_id,
        month_start,
        cast(deferred_amount_minor + sum(recognised_amount_minor - contra_amount_minor) over (
            partition by obligation_id order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as consideration_minor
    from recognition_by_month
),

-- The month under way is measured on the as-of date: what is not billed yet has not churned.
line_months as (
    select
        recurring_lines.*,
        span_months.month_start,
        span_months.served_at_start,
        span_months.served_at_end,
        span_months.total_units,
        span_months.is_whole_month,
        least(span_months.month_end, recurring_lines.as_of_date) as measured_date
    from recurring_lines
    inner join span_months
        on
            recurring_lines.span_id = span_months.span_id
            and recurring_lines.as_of_date >= span_months.month_start
),

-- Service billed in arrears counts in its own months, at what was in force when it was booked.
valued as (
    select
        line_months.*,
        considerations.consideration_minor,
        {{ round_ratio(
            'considerations.consideration_minor', 'served_at_end', 'total_units'
        ) }} - {{ round_ratio(
            'considerations.consideration_minor', 'served_at_start', 'total_units'
        ) }} as share_amount_minor,
        {{ round_ratio(
            'considerations.consideration_minor', 'rate_numerator', 'rate_denominator'
        ) }} as rate_amount_minor,
        line_months.service_start_date <= line_months.measured_date
        and line_months.service_end_date > line_months.measured_date as is_serving,
        coalesce(line_months.ended_date > line_months.measured_date, true) as is_running
    from line_months
    left join considerations
        on
            line_months.obligation_id = considerations.obligation_id
            and greatest(line_months.month_start, line_months.booked_month)
            = considerations.month_start
),

recurring_rates as (
    select
        obligation_id,
        entity_id,
        customer_id,
        currency_code,
        month_start,
        as_of_date,
        booked_month,
        served_at_start,
        is_whole_month,
        is_serving,
        is_serving and is_running as is_counted,
        share_amount_minor,
        case
            when is_serving and is_running then rate_amount_minor else 0
        end as rate_amount_minor,
        case
            when not (is_serving and is_running) then 0
            when is_whole_month then share_amount_minor
            else rate_amount_minor
        end as mrr_amount_minor,
        case
            when is_serving and is_running and is_proration
                then 1 + {{ integer_divide('rate_numerator', 'rate_denominator') }}
            else 0
        end as rounding_allowance_minor
    from valued
)

select * from recurring_rates
