-- grain: one row per scenario, reduction_id, is_reversal, obligation_id
with

reduction_changes as (
    select * from {{ ref('int_reduction_changes') }}
),

reduction_states as (
    select * from {{ ref('int_reduction_states') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

-- Tax comes back in proportion to what came back of the line; both are functions of the state, so
-- any sequence of parts that returns all of the line returns all of its tax.
in_force as (
    select
        reduction_states.scenario,
        reduction_states.invoice_id,
        reduction_states.change_number,
        reduction_states.obligation_id,
        reduction_states.gross_reduced_minor,
        case
            when obligations.gross_amount_minor = 0 then 0
            else sign(obligations.tax_amount_minor) * {{ round_ratio(
                'abs(reduction_states.gross_reduced_minor)',
                'abs(obligations.tax_amount_minor)',
                'abs(obligations.gross_amount_minor)'
            ) }}
        end as tax_reduced_minor
    from reduction_states
    inner join obligations
        on reduction_states.obligation_id = obligations.obligation_id
),

valued as (
    select
        in_force.scenario,
        in_force.invoice_id,
        in_force.change_number,
        in_force.obligation_id,
        in_force.gross_reduced_minor,
        in_force.tax_reduced_minor,
        obligations.net_functional_amount_minor - {{ convert_money(
            'obligations.net_amount_minor'
            ~ ' - (in_force.gross_reduced_minor - in_force.tax_reduced_minor)',
            'obligations.multiplier', 'obligations.divisor'
        ) }} as net_functional_reduced_minor,
        obligations.tax_functional_amount_minor - {{ convert_money(
            'obligations.tax_amount_minor - in_force.tax_reduced_minor',
            'obligations.multiplier', 'obligations.divisor'
        ) }} as tax_functional_reduced_minor
    from in_force
    inner join obligations
        on in_force.obligation_id = obligations.obligation_id
),

effects as (
    select
        scenario,
        invoice_id,
        change_number,
        obligation_id,
        gross_reduced_minor - lag(gross_reduced_minor, 1, 0) over (
            partition by scenario, obligation_id order by change_number
        ) as gross_amount_minor,
        tax_reduced_minor - lag(tax_reduced_minor, 1, 0) over (
            partition by scenario, obligation_id order by change_number
        ) as tax_amount_minor,
        net_functional_reduced_minor - lag(net_functional_reduced_minor, 1, 0) over (
            partition by scenario, obligation_id order by change_number
        ) as net_functional_amount_minor,
        tax_functional_reduced_minor - lag(tax_functional_reduced_minor, 1, 0) over (
            partition by scenario, obligation_id order by change_number
        ) as tax_functional_amount_minor
    from valued
),

reduction_effects as (
    select
        reduction_changes.scenario,
        reduction_changes.reduction_id,
        reduction_changes.is_reversal,
        reduction_changes.invoice_id,
        reduction_changes.change_number,
        reduction_changes.changed_date,
        effects.obligation_id,
        cast(effects.gross_amount_minor - effects.tax_amount_minor as bigint) as net_amount_minor,
        cast(effects.tax_amount_minor as bigint) as tax_amount_minor,
        cast(effects.net_functional_amount_minor as bigint) as net_functional_amount_minor,
        cast(effects.tax_functional_amount_minor as bigint) as tax_functional_amount_minor
    from reduction_changes
    inner join effects
        on
            reduction_changes.scenario = effects.scenario
            and reduction_changes.invoice_id = effects.invoice_id
            and reduction_changes.change_number = effects.change_number
)

select * from reduction_effects
