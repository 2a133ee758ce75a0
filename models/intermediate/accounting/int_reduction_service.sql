-- grain: one row per scenario, reduction_id, is_reversal, obligation_id
with

reduction_effects as (
    select * from {{ ref('int_reduction_effects') }}
),

reductions as (
    select * from {{ ref('int_reductions') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

own_clocks as (
    select * from {{ ref('int_own_clocks') }}
),

-- An event on a day finds the days before that day delivered.
reduction_service as (
    select
        reduction_effects.scenario,
        reduction_effects.reduction_id,
        reduction_effects.is_reversal,
        reduction_effects.obligation_id,
        reduction_effects.change_number,
        reduction_effects.changed_date,
        reductions.split,
        reduction_effects.net_amount_minor,
        reduction_effects.tax_amount_minor,
        reduction_effects.net_functional_amount_minor,
        reduction_effects.tax_functional_amount_minor,
        coalesce(own_clocks.served_units, {{ units_served(
            'obligations.convention',
            'obligations.service_start_date',
            'obligations.service_start_second',
            'obligations.service_end_date',
            'obligations.service_end_second',
            'reduction_effects.changed_date'
        ) }}) as served_units,
        coalesce(own_clocks.total_units, {{ units_of_service(
            'obligations.convention',
            'obligations.service_start_date',
            'obligations.service_start_second',
            'obligations.service_end_date',
            'obligations.service_end_second'
        ) }}) as total_units
    from reduction_effects
    inner join reductions
        on
            reduction_effects.scenario = reductions.scenario
            and reduction_effects.reduction_id = reductions.reduction_id
    inner join obligations
        on reduction_effects.obligation_id = obligations.obligation_id
    left join own_clocks
        on
            reduction_effects.scenario = own_clocks.scenario
            and reduction_effects.obligation_id = own_clocks.obligation_id
            and reduction_effects.changed_date = own_clocks.boundary_date
)

select * from reduction_service
