-- grain: one row per reduction_id, is_reversal, component
with

reductions as (
    select * from {{ ref('int_reductions') }}
    where scenario = 'in_force'
),

line_components as (
    select * from {{ ref('int_reduction_line_components') }}
),

reduction_settlements as (
    select * from {{ ref('int_reduction_settlements') }}
),

returned as (
    select
        reduction_id,
        is_reversal,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(functional_amount_minor) as bigint) as functional_amount_minor
    from line_components
    group by
        reduction_id,
        is_reversal
),

exceeding as (
    select
        reductions.reduction_id,
        returned.is_reversal,
        reductions.multiplier,
        reductions.divisor,
        returned.functional_amount_minor as returned_functional_amount_minor,
        case when returned.is_reversal then -1 else 1 end * reductions.gross_amount_minor
        - returned.amount_minor as excess_amount_minor
    from reductions
    inner join returned
        on reductions.reduction_id = returned.reduction_id
),

-- Whatever exceeds what was left of the sale is lost, valued at the booking rate.
valued as (
    select
        reduction_id,
        is_reversal,
        returned_functional_amount_minor,
        excess_amount_minor,
        {{ convert_money('excess_amount_minor', 'multiplier', 'divisor') }}
            as excess_functional_amount_minor
    from exceeding
),

reduction_document_components as (
    select
        reduction_id,
        is_reversal,
        'excess' as component,
        excess_amount_minor as amount_minor,
        excess_functional_amount_minor as functional_amount_minor
    from valued
    union all
    select
        reduction_id,
        is_reversal,
        'credited_to_balance' as component,
        credited_to_balance_amount_minor as amount_minor,
        credited_to_balance_functional_amount_minor as functional_amount_minor
    from reduction_settlements
    union all
    select
        reduction_id,
        is_reversal,
        'paid_out_of_band' as component,
        out_of_band_amount_minor as amount_minor,
        out_of_band_functional_amount_minor as functional_amount_minor
    from reduction_settlements
    union all
    select
        valued.reduction_id,
        valued.is_reversal,
        'exchange_difference' as component,
        0 as amount_minor,
        reduction_settlements.processor_functional_amount_minor
        + reduction_settlements.receivable_functional_amount_minor
        + reduction_settlements.credited_to_balance_functional_amount_minor
        + reduction_settlements.out_of_band_functional_amount_minor
        - valued.returned_functional_amount_minor
        - valued.excess_functional_amount_minor as functional_amount_minor
    from valued
    inner join reduction_settlements
        on
            valued.reduction_id = reduction_settlements.reduction_id
            and valued.is_reversal = reduction_settlements.is_reversal
)

select * from reduction_document_components
