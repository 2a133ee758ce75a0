-- grain: one row per entity_id, month_start, step
with

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

bridge_amounts as (
    select * from {{ ref('int_bridge_amounts') }}
),

bridge_steps as (
    select * from {{ ref('bridge_steps') }}
),

steps as (
    select
        reporting_months.entity_id,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        bridge_steps.step_number,
        bridge_steps.section,
        bridge_steps.starts_from,
        bridge_steps.step,
        bridge_steps.kind,
        bridge_steps.note,
        coalesce(bridge_amounts.amount_minor, 0) as amount_minor,
        bridge_amounts.recorded_amount_minor
    from reporting_months
    cross join bridge_steps
    left join bridge_amounts
        on
            reporting_months.entity_id = bridge_amounts.entity_id
            and reporting_months.month_start = bridge_amounts.month_start
            and bridge_steps.step = bridge_amounts.step
),

with_steps_to_here as (
    select
        *,
        sum(case when kind = 'step' then amount_minor else 0 end) over (
            partition by entity_id, month_start, section order by step_number
            rows between unbounded preceding and current row
        ) as steps_to_here_minor
    from steps
),

-- A walk starts at a subtotal and adds its steps; the subtotal it ends at is a sum of its own.
walked as (
    select
        with_steps_to_here.*,
        case
            when with_steps_to_here.starts_from is null then with_steps_to_here.amount_minor
            else coalesce(openings.amount_minor, 0) + with_steps_to_here.steps_to_here_minor
        end as walked_minor
    from with_steps_to_here
    left join steps as openings
        on
            with_steps_to_here.entity_id = openings.entity_id
            and with_steps_to_here.month_start = openings.month_start
            and with_steps_to_here.starts_from = openings.step
),

with_residual as (
    select
        *,
        case when kind = 'subtotal' then amount_minor - walked_minor else 0 end as residual_minor
    from walked
),

-- Added up without sign, so that two walks which both fail never look like one that holds.
revenue_bridge as (
    select
        entity_id,
        functional_currency_code,
        functional_exponent,
        month_start,
        month_end,
        step_number,
        section,
        step,
        kind,
        note,
        cast(
            case
                when kind = 'residual'
                    then sum(abs(residual_minor)) over (partition by entity_id, month_start)
                else amount_minor
            end as bigint
        ) as amount_minor,
        cast(
            case when kind <> 'residual' then walked_minor end as bigint
        ) as walked_amount_minor,
        cast(
            case when kind = 'subtotal' then residual_minor end as bigint
        ) as residual_amount_minor,
        recorded_amount_minor
    from with_residual
)

select * from revenue_bridge
