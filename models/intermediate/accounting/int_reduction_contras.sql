-- grain: one row per scenario, reduction_id, is_reversal, obligation_id
with

reduction_service as (
    select * from {{ ref('int_reduction_service') }}
),

deferred_parts as (
    select * from {{ ref('int_deferred_parts') }}
),

-- The part of a reduction that had been earned: a loss of revenue. By split: in proportion to what
-- was served, only what unserved service cannot cover, or all of it.
starts as (
    select
        reduction_service.scenario,
        reduction_service.reduction_id,
        reduction_service.obligation_id,
        reduction_service.total_units - reduction_service.served_units as unserved_units,
        case reduction_service.split
            when 'proportional' then {{ share_of_service(
                'reduction_service.net_amount_minor',
                'reduction_service.served_units',
                'reduction_service.total_units'
            ) }}
            when 'contra_in_period' then reduction_service.net_amount_minor
            when 'deferred_first'
                then
                    reduction_service.net_amount_minor - deferred_parts.deferred_part_minor
        end as contra_amount_minor,
        case reduction_service.split
            when 'proportional' then {{ share_of_service(
                'reduction_service.net_functional_amount_minor',
                'reduction_service.served_units',
                'reduction_service.total_units'
            ) }}
            when 'contra_in_period' then reduction_service.net_functional_amount_minor
            when 'deferred_first'
                then
                    reduction_service.net_functional_amount_minor
                    - deferred_parts.deferred_functional_part_minor
        end as contra_functional_amount_minor
    from reduction_service
    left join deferred_parts
        on
            reduction_service.scenario = deferred_parts.scenario
            and reduction_service.reduction_id = deferred_parts.reduction_id
            and reduction_service.obligation_id = deferred_parts.obligation_id
    where not reduction_service.is_reversal
),

reduction_contras as (
    select
        reduction_service.scenario,
        reduction_service.reduction_id,
        reduction_service.is_reversal,
        reduction_service.obligation_id,
        reduction_service.changed_date,
        reduction_service.split,
        starts.unserved_units as unserved_units_at_start,
        reduction_service.net_amount_minor,
        reduction_service.tax_amount_minor,
        reduction_service.net_functional_amount_minor,
        reduction_service.tax_functional_amount_minor,
        cast(
            case when reduction_service.is_reversal then -1 else 1 end
            * starts.contra_amount_minor as bigint
        ) as contra_amount_minor,
        cast(
            case when reduction_service.is_reversal then -1 else 1 end
            * starts.contra_functional_amount_minor as bigint
        ) as contra_functional_amount_minor
    from reduction_service
    inner join starts
        on
            reduction_service.scenario = starts.scenario
            and reduction_service.reduction_id = starts.reduction_id
            and reduction_service.obligation_id = starts.obligation_id
)

select * from reduction_contras
