-- grain: one row per chain_id, detail, comparison
with

differences as (
    select * from {{ ref('int_usage_differences') }}
    where coverage in ('compared', 'not_due_yet') and not is_waived
),

-- The agreement itself may be what is wrong: it has fewer units than are there, or a price below cost.
-- Usage that came too late for its invoice is in no rated amount; what it would have made of that is
-- known from the rating, whatever tiers, included units and minimum say.
judged as (
    select
        chain_id,
        'agreed_quantity_behind' as detail,
        'counted_to_agreed' as comparison,
        agreed_quantity_millionths as covered_millionths,
        counted_average_millionths - context_millionths as held_millionths,
        unit_price,
        cast(null as {{ dbt.type_bigint() }}) as late_amount_minor,
        exponent,
        is_estimated
    from differences
    where
        coverage = 'compared'
        and basis = 'committed'
        and is_whole_month
        and counted_average_millionths - context_millionths - agreed_quantity_millionths
        > quantity_tolerance_millionths
    union all
    select
        chain_id,
        'late_usage' as detail,
        'late_to_invoiced' as comparison,
        billable_quantity_millionths as covered_millionths,
        billable_quantity_millionths + late_billable_millionths as held_millionths,
        unit_price,
        late_amount_minor,
        exponent,
        is_estimated
    from differences
    where late_amount_minor <> 0
    union all
    select
        chain_id,
        'price_below_cost' as detail,
        'price_to_cost' as comparison,
        0 as covered_millionths,
        billable_quantity_millionths as held_millionths,
        unit_cost - unit_price as unit_price,
        cast(null as {{ dbt.type_bigint() }}) as late_amount_minor,
        exponent,
        is_estimated
    from differences
    where unit_price < unit_cost and billable_quantity_millionths > 0
),

usage_findings_of_terms as (
    select
        chain_id,
        detail,
        comparison,
        covered_millionths - held_millionths as quantity_difference_millionths,
        0 as amount_difference_minor,
        coalesce(
            -late_amount_minor,
            {{ price_of_units('unit_price', 'covered_millionths', 'exponent') }}
            - {{ price_of_units('unit_price', 'held_millionths', 'exponent') }}
        ) as stake_amount_minor,
        is_estimated
    from judged
)

select * from usage_findings_of_terms
