-- grain: one row per chain_id, detail, comparison
with

context_units as (
    select * from {{ ref('int_usage_context_units') }}
),

differences as (
    select * from {{ ref('int_usage_differences') }}
),

-- Units that excuse an invoice take their part of the difference; all others stand between the count
-- and the invoice and move no money.
usage_findings_of_context as (
    select
        context_units.chain_id,
        context_units.context_class as detail,
        'counted_to_invoiced' as comparison,
        -context_units.units_millionths as quantity_difference_millionths,
        0 as amount_difference_minor,
        0 as stake_amount_minor,
        differences.is_estimated
    from context_units
    inner join differences
        on context_units.chain_id = differences.chain_id
    union all
    select
        context_units.chain_id,
        context_units.context_class as detail,
        'invoiced_to_rated' as comparison,
        context_units.explained_before_millionths - context_units.explained_through_millionths
            as quantity_difference_millionths,
        {{ convert_money(
            'differences.quantity_part_minor', 'context_units.explained_through_millionths',
            'nullif(abs(differences.quantity_difference_millionths), 0)'
        ) }} - {{ convert_money(
            'differences.quantity_part_minor', 'context_units.explained_before_millionths',
            'nullif(abs(differences.quantity_difference_millionths), 0)'
        ) }} as amount_difference_minor,
        0 as stake_amount_minor,
        differences.is_estimated
    from context_units
    inner join differences
        on context_units.chain_id = differences.chain_id
    where
        differences.coverage = 'compared'
        and context_units.explained_through_millionths > context_units.explained_before_millionths
)

select * from usage_findings_of_context
