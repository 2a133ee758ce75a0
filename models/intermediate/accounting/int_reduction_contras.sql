-- grain: one row per reduction_id, is_reversal, obligation_id
with

reduction_effects as (
    select * from {{ ref('int_reduction_effects') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

-- An event on a day finds the days before that day delivered.
with_service as (
    select
        reduction_effects.reduction_id,
        reduction_effects.is_reversal,
        reduction_effects.obligation_id,
        reduction_effects.changed_date,
        reduction_effects.net_amount_minor,
        reduction_effects.tax_amount_minor,
        reduction_effects.gross_amount_minor,
        reduction_effects.net_functional_amount_minor,
        reduction_effects.tax_functional_amount_minor,
        {{ units_served(
            'obligations.convention',
            'obligations.service_start_date',
            'obligations.service_end_date',
            'reduction_effects.changed_date'
        ) }} as served_units,
        {{ units_of_service(
            'obligations.convention',
            'obligations.service_start_date',
            'obligations.service_end_date'
        ) }} as total_units
    from reduction_effects
    inner join obligations
        on reduction_effects.obligation_id = obligations.obligation_id
),

starts as (
    select
        reduction_id,
        obligation_id,
        {{ share_of_service('net_amount_minor', 'served_units', 'total_units') }}
            as contra_amount_minor,
        {{ share_of_service('net_functional_amount_minor', 'served_units', 'total_units') }}
            as contra_functional_amount_minor
    from with_service
    where not is_reversal
),

reduction_contras as (
    select
        with_service.reduction_id,
        with_service.is_reversal,
        with_service.obligation_id,
        with_service.changed_date,
        with_service.gross_amount_minor,
        with_service.net_amount_minor,
        with_service.tax_amount_minor,
        with_service.net_functional_amount_minor,
        with_service.tax_functional_amount_minor,
        case
            when with_service.is_reversal then -starts.contra_amount_minor
            else starts.contra_amount_minor
        end as contra_amount_minor,
        case
            when with_service.is_reversal then -starts.contra_functional_amount_minor
            else starts.contra_functional_amount_minor
        end as contra_functional_amount_minor
    from with_service
    inner join starts
        on
            with_service.reduction_id = starts.reduction_id
            and with_service.obligation_id = starts.obligation_id
)

select * from reduction_contras
