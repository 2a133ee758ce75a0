-- grain: one row per reduction_id, is_reversal, component, obligation_id
with

reduction_contras as (
    select * from {{ ref('int_reduction_contras') }}
),

reduction_line_components as (
    select
        reduction_id,
        is_reversal,
        'recognised' as component,
        obligation_id,
        contra_amount_minor as amount_minor,
        contra_functional_amount_minor as functional_amount_minor
    from reduction_contras
    union all
    select
        reduction_id,
        is_reversal,
        'deferred' as component,
        obligation_id,
        net_amount_minor - contra_amount_minor as amount_minor,
        net_functional_amount_minor - contra_functional_amount_minor as functional_amount_minor
    from reduction_contras
    union all
    select
        reduction_id,
        is_reversal,
        'tax' as component,
        obligation_id,
        tax_amount_minor as amount_minor,
        tax_functional_amount_minor as functional_amount_minor
    from reduction_contras
)

select * from reduction_line_components
