-- grain: one row per chain_id, detail, comparison
with

differences as (
    select * from {{ ref('int_usage_differences') }}
),

usual_prices as (
    select * from {{ ref('int_usage_usual_prices') }}
),

-- Where nothing is comparable the difference is one, from what was invoiced and rated.
calculated as (
    select
        chain_id,
        coverage as detail,
        'invoiced_to_rated' as comparison,
        quantity_difference_millionths,
        amount_difference_minor,
        case when coverage = 'not_due_yet' then 0 else amount_difference_minor end
            as stake_amount_minor,
        coverage = 'not_due_yet' and is_estimated as is_estimated
    from differences
    where
        coverage in ('mapping_missing', 'stale_agreement_ended', 'unaccounted', 'not_due_yet')
        and (
            invoiced_row_count > 0 or rated_amount_minor <> 0 or coverage = 'not_due_yet'
        )
),

-- Units that nobody can bill yet are worth at least what the vendor takes for them; where that is not
-- known, what others pay.
estimated as (
    select
        differences.chain_id,
        differences.coverage as detail,
        'counted_to_invoiced' as comparison,
        -(
            differences.used_millionths - differences.context_millionths
            - coalesce(differences.invoiced_quantity_millionths, 0)
        ) as quantity_difference_millionths,
        0 as amount_difference_minor,
        -{{ price_of_units(
            'coalesce(differences.unit_cost, usual_prices.unit_price)',
            '(differences.used_millionths - differences.context_millionths'
            ' - coalesce(differences.invoiced_quantity_millionths, 0))',
            'differences.exponent'
        ) }} as stake_amount_minor,
        true as is_estimated
    from differences
    left join usual_prices
        on
            differences.entity_id = usual_prices.entity_id
            and differences.service_id = usual_prices.service_id
            and differences.currency_code = usual_prices.currency_code
    where
        differences.coverage in ('mapping_missing', 'unaccounted')
        and differences.used_millionths - differences.context_millionths
        > coalesce(differences.invoiced_quantity_millionths, 0)
),

usage_findings_of_coverage as (
    select * from calculated
    union all
    select * from estimated
)

select * from usage_findings_of_coverage
