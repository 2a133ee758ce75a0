-- grain: one row per usage_scope, agreement_line_id, period_start_date, tier_number
with

billable_usage as (
    select * from {{ ref('int_billable_usage') }}
    where not_rated_reason is null
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

agreement_tiers as (
    select * from {{ ref('int_agreement_tiers') }}
),

-- One price for all: tier 0. A package has its price as a whole.
without_tiers as (
    select
        billable_usage.usage_scope,
        billable_usage.agreement_line_id,
        billable_usage.period_start_date,
        0 as tier_number,
        billable_usage.billable_parts as quantity_parts,
        case billable_usage.pricing_model
            when 'package'
                then billable_usage.packages * 1000000 * billable_usage.quantity_divisor
            else billable_usage.billable_parts
        end as priced_parts,
        agreement_lines.unit_price,
        cast(0 as {{ dbt.type_numeric() }}) as flat_amount_major,
        billable_usage.charged_days,
        billable_usage.fixed_parts
    from billable_usage
    inner join agreement_lines
        on billable_usage.agreement_line_id = agreement_lines.agreement_line_id
    where billable_usage.pricing_model in ('per_unit', 'package')
),

-- The last unit of a tier is still in it. Nothing billable reaches no tier, so no flat amount either.
reached_tiers as (
    select
        billable_usage.*,
        agreement_tiers.tier_number,
        agreement_tiers.unit_price,
        agreement_tiers.flat_amount_major,
        agreement_tiers.from_quantity_millionths * billable_usage.quantity_divisor as from_parts,
        agreement_tiers.up_to_quantity_millionths * billable_usage.quantity_divisor as up_to_parts
    from billable_usage
    inner join agreement_tiers
        on
            billable_usage.agreement_line_id = agreement_tiers.agreement_line_id
            and billable_usage.billable_parts
            > agreement_tiers.from_quantity_millionths * billable_usage.quantity_divisor
    where billable_usage.pricing_model in ('graduated', 'volume')
),

with_tiers as (
    select
        usage_scope,
        agreement_line_id,
        period_start_date,
        tier_number,
        case
            when pricing_model = 'volume' then billable_parts
            when up_to_parts < billable_parts then up_to_parts - from_parts
            else billable_parts - from_parts
        end as quantity_parts,
        unit_price,
        flat_amount_major,
        charged_days,
        fixed_parts
    from reached_tiers
    where
        pricing_model = 'graduated'
        or up_to_parts is null
        or billable_parts <= up_to_parts
),

priced as (
    select * from without_tiers
    union all
    select
        usage_scope,
        agreement_line_id,
        period_start_date,
        tier_number,
        quantity_parts,
        quantity_parts as priced_parts,
        unit_price,
        flat_amount_major,
        charged_days,
        fixed_parts
    from with_tiers
),

-- Prices have ten places and quantities six; nothing is rounded before the tiers are summed.
rated_tiers as (
    select
        usage_scope,
        agreement_line_id,
        period_start_date,
        tier_number,
        cast(quantity_parts as bigint) as quantity_parts,
        unit_price,
        flat_amount_major,
        {{ wide_integer('priced_parts') }} * {{ wide_integer('unit_price * 10000000000') }}
        * charged_days
        + {{ wide_integer('flat_amount_major * 10000000000') }} * 1000000 * fixed_parts
            as amount_parts
    from priced
)

select * from rated_tiers
