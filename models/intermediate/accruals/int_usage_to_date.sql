-- grain: one row per usage_period_id, usage_scope, usage_date
with

usage_assigned as (
    select * from {{ ref('int_usage_assigned') }}
),

usage_periods as (
    select * from {{ ref('int_usage_periods_priced') }}
),

periods_with_late_usage as (
    select usage_period_id
    from usage_assigned
    where is_late
    group by usage_period_id
),

-- What was there in time accrues; with the late records added, the difference is what came late.
in_scope as (
    select
        'accrued' as usage_scope,
        usage_period_id,
        usage_record_id,
        quantity_millionths,
        occurred_at,
        occurred_date
    from usage_assigned
    where not is_late
    union all
    select
        'with_late' as usage_scope,
        usage_assigned.usage_period_id,
        usage_assigned.usage_record_id,
        usage_assigned.quantity_millionths,
        usage_assigned.occurred_at,
        usage_assigned.occurred_date
    from usage_assigned
    inner join periods_with_late_usage
        on usage_assigned.usage_period_id = periods_with_late_usage.usage_period_id
),

running as (
    select
        usage_scope,
        usage_period_id,
        occurred_date,
        quantity_millionths as last_quantity,
        sum(quantity_millionths) over (
            partition by usage_period_id, usage_scope order by occurred_at, usage_record_id
            rows between unbounded preceding and current row
        ) as total_quantity,
        max(quantity_millionths) over (
            partition by usage_period_id, usage_scope order by occurred_at, usage_record_id
            rows between unbounded preceding and current row
        ) as highest_quantity,
        row_number() over (
            partition by usage_period_id, usage_scope, occurred_date
            order by occurred_at desc, usage_record_id desc
        ) as rank_from_last
    from in_scope
),

measured as (
    select
        usage_periods.usage_period_id,
        running.usage_scope,
        running.occurred_date as usage_date,
        usage_periods.unit_amount,
        usage_periods.not_rated_reason,
        cast(case usage_periods.usage_aggregation
            when 'sum' then running.total_quantity
            when 'max' then greatest(0, running.highest_quantity)
            when 'last_during_period' then running.last_quantity
            when 'last_ever' then running.last_quantity
        end as bigint) as quantity_millionths
    from running
    inner join usage_periods
        on running.usage_period_id = usage_periods.usage_period_id
    where running.rank_from_last = 1
),

-- The quantity to date is rated, never a single record: fractions of a cent add up exactly. A unit
-- amount has ten places and a quantity six.
usage_to_date as (
    select
        usage_period_id,
        usage_scope,
        usage_date,
        quantity_millionths,
        case
            when not_rated_reason is null
                then cast(sign(unit_amount) * {{ round_ratio(
                    'quantity_millionths',
                    'abs(' ~ wide_integer('unit_amount * 10000000000') ~ ')',
                    wide_integer('10000000000000000')
                ) }} as bigint)
        end as rated_amount_minor
    from measured
)

select * from usage_to_date
