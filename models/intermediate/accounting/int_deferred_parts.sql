-- grain: one row per scenario, reduction_id, obligation_id
with

reduction_service as (
    select * from {{ ref('int_reduction_service') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

earlier_reductions as (
    select * from {{ ref('int_earlier_reductions') }}
),

with_earlier as (
    select
        reduction_service.scenario,
        reduction_service.reduction_id,
        reduction_service.obligation_id,
        reduction_service.served_units,
        reduction_service.total_units,
        reduction_service.net_amount_minor,
        reduction_service.net_functional_amount_minor,
        sign(obligations.net_amount_minor) as direction,
        cast(
            obligations.net_amount_minor - coalesce(earlier_reductions.proportional_minor, 0)
            as bigint
        ) as consideration_minor,
        cast(
            obligations.net_functional_amount_minor
            - coalesce(earlier_reductions.proportional_functional_minor, 0) as bigint
        ) as consideration_functional_minor,
        coalesce(earlier_reductions.give_back_minor, 0) as give_back_minor,
        coalesce(earlier_reductions.give_back_functional_minor, 0) as give_back_functional_minor
    from reduction_service
    inner join obligations
        on reduction_service.obligation_id = obligations.obligation_id
    left join earlier_reductions
        on
            reduction_service.scenario = earlier_reductions.scenario
            and reduction_service.reduction_id = earlier_reductions.reduction_id
            and reduction_service.obligation_id = earlier_reductions.obligation_id
    where
        reduction_service.split = 'deferred_first'
        and not reduction_service.is_reversal
),

-- What is unserved less what is still to be given back, turned so that + is deferred on charges and
-- on credits alike.
turned as (
    select
        scenario,
        reduction_id,
        obligation_id,
        direction,
        served_units < total_units as is_service_left,
        direction * net_amount_minor as taken_minor,
        direction * {{ unserved_part(
            'consideration_minor', 'give_back_minor', 'served_units', 'total_units'
        ) }} as deferred_minor,
        direction * net_functional_amount_minor as taken_functional_minor,
        direction * {{ unserved_part(
            'consideration_functional_minor',
            'give_back_functional_minor',
            'served_units',
            'total_units'
        ) }} as deferred_functional_minor
    from with_earlier
),

-- The fall of the deferred balance on that day, which never goes beyond zero.
deferred_parts as (
    select
        scenario,
        reduction_id,
        obligation_id,
        cast(case
            when is_service_left
                then
                    direction * greatest(0, deferred_minor)
                    - direction * greatest(0, deferred_minor - taken_minor)
            else 0
        end as bigint) as deferred_part_minor,
        cast(case
            when is_service_left
                then
                    direction * greatest(0, deferred_functional_minor)
                    - direction * greatest(0, deferred_functional_minor - taken_functional_minor)
            else 0
        end as bigint) as deferred_functional_part_minor
    from turned
)

select * from deferred_parts
