-- grain: one row per scenario, obligation_id, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

schedule_months as (
    select * from {{ ref('int_schedule_months') }}
),

reductions_by_month as (
    select * from {{ ref('int_reduction_effects_by_month') }}
),

give_backs_by_month as (
    select * from {{ ref('int_give_backs_by_month') }}
),

reduced as (
    select
        schedule_months.scenario,
        schedule_months.obligation_id,
        schedule_months.month_start,
        schedule_months.month_end,
        schedule_months.served_units,
        schedule_months.total_units,
        {{ to_date_of('net_amount_minor') }} as reduced_minor,
        {{ to_date_of('proportional_amount_minor') }} as proportional_minor,
        {{ to_date_of('contra_amount_minor') }} as contra_to_date_minor,
        {{ to_date_of('net_functional_amount_minor') }} as reduced_functional_minor,
        {{ to_date_of('proportional_functional_amount_minor') }} as proportional_functional_minor,
        {{ to_date_of('contra_functional_amount_minor') }} as contra_functional_to_date_minor
    from schedule_months
    left join reductions_by_month
        on
            schedule_months.scenario = reductions_by_month.scenario
            and schedule_months.obligation_id = reductions_by_month.obligation_id
            and schedule_months.month_start = reductions_by_month.month_start
),

-- Proportional reductions cut what is spread over the service. Those that take unserved service
-- first are themselves spread over what was left of it, and cannot take more than that.
in_force as (
    select
        reduced.*,
        obligations.entity_id,
        sign(obligations.net_amount_minor) as direction,
        obligations.net_amount_minor - reduced.reduced_minor as consideration_minor,
        {{ unserved_part(
            'obligations.net_amount_minor - reduced.proportional_minor',
            'coalesce(give_backs_by_month.give_back_minor, 0)',
            'reduced.served_units',
            'reduced.total_units'
        ) }} as unserved_minor,
        obligations.net_functional_amount_minor - reduced.reduced_functional_minor
            as consideration_functional_minor,
        {{ unserved_part(
            'obligations.net_functional_amount_minor - reduced.proportional_functional_minor',
            'coalesce(give_backs_by_month.give_back_functional_minor, 0)',
            'reduced.served_units',
            'reduced.total_units'
        ) }} as unserved_functional_minor
    from reduced
    inner join obligations
        on reduced.obligation_id = obligations.obligation_id
    left join give_backs_by_month
        on
            reduced.scenario = give_backs_by_month.scenario
            and reduced.obligation_id = give_backs_by_month.obligation_id
            and reduced.month_start = give_backs_by_month.month_start
),

-- Nothing is deferred beyond zero, on charges and on credits alike.
deferred as (
    select
        *,
        cast(direction * greatest(0, direction * unserved_minor) as bigint) as deferred_minor,
        cast(direction * greatest(0, direction * unserved_functional_minor) as bigint)
            as deferred_functional_minor
    from in_force
),

recognition_schedule as (
    select
        scenario,
        obligation_id,
        entity_id,
        month_start,
        month_end,
        consideration_minor,
        consideration_minor - deferred_minor as earned_to_date_minor,
        deferred_minor,
        contra_to_date_minor,
        consideration_functional_minor,
        consideration_functional_minor - deferred_functional_minor
            as earned_functional_to_date_minor,
        deferred_functional_minor,
        contra_functional_to_date_minor
    from deferred
)

select * from recognition_schedule
