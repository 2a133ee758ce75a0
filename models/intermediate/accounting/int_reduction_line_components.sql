-- grain: one row per reduction_id, is_reversal, component, obligation_id
with

reduction_contras as (
    select * from {{ ref('int_reduction_contras') }}
    where scenario = 'in_force'
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

-- A line that is nobody's revenue here has a share of its own; every other line's net is part
-- earned, part not.
shares as (
    select
        reduction_contras.reduction_id,
        reduction_contras.is_reversal,
        case
            when obligations.convention in ('passthrough', 'excluded') then obligations.convention
            else 'recognised'
        end as first_component,
        case
            when obligations.convention in ('passthrough', 'excluded')
                then reduction_contras.net_amount_minor
            else reduction_contras.contra_amount_minor
        end as first_amount_minor,
        case
            when obligations.convention in ('passthrough', 'excluded')
                then reduction_contras.net_functional_amount_minor
            else reduction_contras.contra_functional_amount_minor
        end as first_functional_amount_minor,
        reduction_contras.obligation_id,
        reduction_contras.net_amount_minor,
        reduction_contras.net_functional_amount_minor,
        reduction_contras.tax_amount_minor,
        reduction_contras.tax_functional_amount_minor
    from reduction_contras
    inner join obligations
        on reduction_contras.obligation_id = obligations.obligation_id
),

reduction_line_components as (
    select
        reduction_id,
        is_reversal,
        first_component as component,
        obligation_id,
        first_amount_minor as amount_minor,
        first_functional_amount_minor as functional_amount_minor
    from shares
    union all
    select
        reduction_id,
        is_reversal,
        'deferred' as component,
        obligation_id,
        net_amount_minor - first_amount_minor as amount_minor,
        net_functional_amount_minor - first_functional_amount_minor as functional_amount_minor
    from shares
    union all
    select
        reduction_id,
        is_reversal,
        'tax' as component,
        obligation_id,
        tax_amount_minor as amount_minor,
        tax_functional_amount_minor as functional_amount_minor
    from shares
)

select * from reduction_line_components
