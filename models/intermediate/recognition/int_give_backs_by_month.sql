-- grain: one row per scenario, obligation_id, month_start
with

reduction_contras as (
    select * from {{ ref('int_reduction_contras') }}
),

schedule_months as (
    select * from {{ ref('int_schedule_months') }}
),

-- What was taken out of unserved service first leaves it evenly: a share of it is still to come as
-- long as service is. Each is rounded by itself and ends at nothing.
give_backs_by_month as (
    select
        schedule_months.scenario,
        schedule_months.obligation_id,
        schedule_months.month_start,
        cast(sum({{ round_ratio(
            'reduction_contras.net_amount_minor',
            wide_integer('schedule_months.total_units - schedule_months.served_units'),
            wide_integer('reduction_contras.unserved_units_at_start')
        ) }}) as bigint) as give_back_minor,
        cast(sum({{ round_ratio(
            'reduction_contras.net_functional_amount_minor',
            wide_integer('schedule_months.total_units - schedule_months.served_units'),
            wide_integer('reduction_contras.unserved_units_at_start')
        ) }}) as bigint) as give_back_functional_minor
    from reduction_contras
    inner join schedule_months
        on
            reduction_contras.scenario = schedule_months.scenario
            and reduction_contras.obligation_id = schedule_months.obligation_id
            and reduction_contras.changed_date < schedule_months.next_month_start
    where
        reduction_contras.split = 'deferred_first'
        and reduction_contras.unserved_units_at_start > 0
    group by
        schedule_months.scenario,
        schedule_months.obligation_id,
        schedule_months.month_start
)

select * from give_backs_by_month
