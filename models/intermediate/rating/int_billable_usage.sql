-- grain: one row per usage_scope, agreement_line_id, period_start_date
with

measured_usage as (
    select * from {{ ref('int_measured_usage') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

agreement_flaws as (
    select * from {{ ref('int_agreement_flaws') }}
    where flaw_rank = 1
),

-- What was known in time is due; with the late events added, the difference is what came late.
scoped as (
    select
        *,
        'in_time' as usage_scope,
        summed_millionths as scoped_millionths
    from measured_usage
    union all
    select
        *,
        'with_late' as usage_scope,
        summed_millionths + late_millionths as scoped_millionths
    from measured_usage
    where late_millionths <> 0
),

scaled as (
    select
        scoped.usage_scope,
        scoped.agreement_line_id,
        scoped.period_start_date,
        agreement_lines.pricing_model,
        scoped.quantity_divisor,
        scoped.charged_days,
        scoped.charge_divisor,
        scoped.fixed_parts,
        scoped.scoped_millionths * scoped.parts_of_sum as measured_parts,
        case
            when scoped.quantity_basis <> 'committed' then
                scoped.committed_quantity_millionths * scoped.allowance_parts
        end as floor_parts,
        coalesce(agreement_lines.included_quantity_millionths, 0)
        * scoped.allowance_parts as included_parts,
        agreement_lines.package_size_millionths * scoped.quantity_divisor
            as package_parts,
        case
            when agreement_lines.mapping_class <> 'mapped' then agreement_lines.mapping_class
            when agreement_flaws.flaw is not null then agreement_flaws.flaw
            when scoped.scoped_millionths is null then 'no_counts'
        end as not_rated_reason
    from scoped
    inner join agreement_lines
        on scoped.agreement_line_id = agreement_lines.agreement_line_id
    left join agreement_flaws
        on scoped.agreement_line_id = agreement_flaws.agreement_line_id
),

floored as (
    select
        *,
        case when floor_parts > measured_parts then floor_parts else measured_parts end
            as floored_parts
    from scaled
),

-- Only what is sold by the unit can be given back below nothing: a tier or a package holds no negative
-- units. Included units do not make a correction larger.
chargeable as (
    select
        *,
        case
            when floored_parts > included_parts then floored_parts - included_parts
            when pricing_model = 'per_unit' and floored_parts < 0 then floored_parts
            else 0
        end as chargeable_parts
    from floored
),

packed as (
    select
        *,
        case
            when pricing_model = 'package' then {{ integer_divide(
                'chargeable_parts + package_parts - 1', 'nullif(package_parts, 0)'
            ) }}
        end as packages
    from chargeable
),

billable_usage as (
    select
        usage_scope,
        agreement_line_id,
        period_start_date,
        pricing_model,
        quantity_divisor,
        charged_days,
        charge_divisor,
        fixed_parts,
        packages,
        case
            when pricing_model = 'package' then packages * package_parts else chargeable_parts
        end as billable_parts,
        not_rated_reason
    from packed
)

select * from billable_usage
