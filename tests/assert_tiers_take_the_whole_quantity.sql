-- Invariant: the tiers of a rated line take its billable quantity, all of it and each within its bounds.
-- Grain: usage scope, agreement line, month.
-- A row: the billable quantity, what the tiers took of it, and how many took what is not theirs.
-- Then: read the line in `int_agreement_tiers` beside `int_rated_tiers`; a bound is open or used twice.
with

rated_tiers as (
    select * from {{ ref('int_rated_tiers') }}
),

agreement_tiers as (
    select * from {{ ref('int_agreement_tiers') }}
),

billable_usage as (
    select
        billable_usage.usage_scope,
        billable_usage.agreement_line_id,
        billable_usage.period_start_date,
        billable_usage.pricing_model,
        billable_usage.quantity_divisor,
        billable_usage.billable_parts
    from {{ ref('int_billable_usage') }} as billable_usage
    inner join {{ ref('int_rated_amounts') }} as rated_amounts
        on
            billable_usage.usage_scope = rated_amounts.usage_scope
            and billable_usage.agreement_line_id = rated_amounts.agreement_line_id
            and billable_usage.period_start_date = rated_amounts.period_start_date
    where rated_amounts.not_rated_reason is null
),

-- In a graduated tier lies no more than it holds; in a volume tier lies all that reaches it.
checked as (
    select
        billable_usage.usage_scope,
        billable_usage.agreement_line_id,
        billable_usage.period_start_date,
        billable_usage.billable_parts,
        coalesce(sum(rated_tiers.quantity_parts), 0) as tier_parts,
        coalesce(sum(case
            when rated_tiers.tier_number is null or rated_tiers.tier_number = 0 then 0
            when rated_tiers.quantity_parts <= 0 then 1
            when
                billable_usage.pricing_model = 'graduated'
                and rated_tiers.quantity_parts > billable_usage.quantity_divisor
                * (
                    agreement_tiers.up_to_quantity_millionths
                    - agreement_tiers.from_quantity_millionths
                )
                then 1
            when
                billable_usage.pricing_model = 'volume'
                and (
                    rated_tiers.quantity_parts
                    > billable_usage.quantity_divisor * agreement_tiers.up_to_quantity_millionths
                    or rated_tiers.quantity_parts
                    <= billable_usage.quantity_divisor * agreement_tiers.from_quantity_millionths
                )
                then 1
            else 0
        end), 0) as tiers_out_of_bounds
    from billable_usage
    left join rated_tiers
        on
            billable_usage.usage_scope = rated_tiers.usage_scope
            and billable_usage.agreement_line_id = rated_tiers.agreement_line_id
            and billable_usage.period_start_date = rated_tiers.period_start_date
    left join agreement_tiers
        on
            rated_tiers.agreement_line_id = agreement_tiers.agreement_line_id
            and rated_tiers.tier_number = agreement_tiers.tier_number
    group by
        billable_usage.usage_scope,
        billable_usage.agreement_line_id,
        billable_usage.period_start_date,
        billable_usage.billable_parts
)

select * from checked
where billable_parts <> tier_parts or tiers_out_of_bounds <> 0
