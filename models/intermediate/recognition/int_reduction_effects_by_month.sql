-- grain: one row per scenario, obligation_id, month_start
with

reduction_contras as (
    select * from {{ ref('int_reduction_contras') }}
),

months as (
    select * from {{ ref('int_months') }}
),

reduction_effects_by_month as (
    select
        reduction_contras.scenario,
        reduction_contras.obligation_id,
        months.month_start,
        months.month_end,
        cast(sum(reduction_contras.net_amount_minor) as bigint) as net_amount_minor,
        cast(sum(
            case
                when reduction_contras.split = 'proportional'
                    then reduction_contras.net_amount_minor
                else 0
            end
        ) as bigint) as proportional_amount_minor,
        cast(sum(reduction_contras.contra_amount_minor) as bigint) as contra_amount_minor,
        cast(sum(reduction_contras.net_functional_amount_minor) as bigint)
            as net_functional_amount_minor,
        cast(sum(
            case
                when reduction_contras.split = 'proportional'
                    then reduction_contras.net_functional_amount_minor
                else 0
            end
        ) as bigint) as proportional_functional_amount_minor,
        cast(sum(reduction_contras.contra_functional_amount_minor) as bigint)
            as contra_functional_amount_minor
    from reduction_contras
    inner join months
        on
            cast({{ dbt.date_trunc('month', 'reduction_contras.changed_date') }} as date)
            = months.month_start
    group by
        reduction_contras.scenario,
        reduction_contras.obligation_id,
        months.month_start,
        months.month_end
)

select * from reduction_effects_by_month
