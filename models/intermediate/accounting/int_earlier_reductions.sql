-- grain: one row per scenario, reduction_id, obligation_id
with

reduction_service as (
    select * from {{ ref('int_reduction_service') }}
),

taking_deferred_first as (
    select
        scenario,
        reduction_id,
        obligation_id,
        change_number,
        served_units,
        total_units
    from reduction_service
    where
        split = 'deferred_first'
        and not is_reversal
),

starts as (
    select
        scenario,
        reduction_id,
        obligation_id,
        total_units - served_units as unserved_units
    from reduction_service
    where not is_reversal
),

-- What earlier changes had already cut out of the service, and what of it is still to be spread.
earlier as (
    select
        taking_deferred_first.scenario,
        taking_deferred_first.reduction_id,
        taking_deferred_first.obligation_id,
        case when earlier_change.split = 'proportional' then 1 else 0 end
        * earlier_change.net_amount_minor as proportional_minor,
        case when earlier_change.split = 'proportional' then 1 else 0 end
        * earlier_change.net_functional_amount_minor as proportional_functional_minor,
        case
            when earlier_change.split = 'deferred_first' and starts.unserved_units > 0
                then {{ round_ratio(
                    'earlier_change.net_amount_minor',
                    wide_integer(
                        'taking_deferred_first.total_units - taking_deferred_first.served_units'
                    ),
                    wide_integer('starts.unserved_units')
                ) }}
            else 0
        end as give_back_minor,
        case
            when earlier_change.split = 'deferred_first' and starts.unserved_units > 0
                then {{ round_ratio(
                    'earlier_change.net_functional_amount_minor',
                    wide_integer(
                        'taking_deferred_first.total_units - taking_deferred_first.served_units'
                    ),
                    wide_integer('starts.unserved_units')
                ) }}
            else 0
        end as give_back_functional_minor
    from taking_deferred_first
    inner join reduction_service as earlier_change
        on
            taking_deferred_first.scenario = earlier_change.scenario
            and taking_deferred_first.obligation_id = earlier_change.obligation_id
            and taking_deferred_first.change_number > earlier_change.change_number
    inner join starts
        on
            earlier_change.scenario = starts.scenario
            and earlier_change.reduction_id = starts.reduction_id
            and earlier_change.obligation_id = starts.obligation_id
),

earlier_reductions as (
    select
        scenario,
        reduction_id,
        obligation_id,
        sum(proportional_minor) as proportional_minor,
        sum(proportional_functional_minor) as proportional_functional_minor,
        sum(give_back_minor) as give_back_minor,
        sum(give_back_functional_minor) as give_back_functional_minor
    from earlier
    group by
        scenario,
        reduction_id,
        obligation_id
)

select * from earlier_reductions
