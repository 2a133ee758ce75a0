-- grain: one row per agreement_line_id, period_start_date
with

measured_usage as (
    select * from {{ ref('int_measured_usage') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

agreement_flaws as (
    select * from {{ ref('int_agreement_flaws') }}
),

first_flaws as (
    select
        agreement_line_id,
        flaw,
        row_number() over (partition by agreement_line_id order by priority, flaw) as flaw_rank
    from agreement_flaws
),

scaled as (
    select
        measured_usage.agreement_line_id,
        measured_usage.period_start_date,
        agreement_lines.pricing_model,
        measured_usage.quantity_divisor,
        measured_usage.charged_days,
        measured_usage.charge_divisor,
        measured_usage.fixed_parts,
        measured_usage.summed_millionths * measured_usage.parts_of_sum as measured_parts,
        case
            when measured_usage.quantity_basis <> 'committed' then
                measured_usage.committed_quantity_millionths * measured_usage.allowance_parts
        end as floor_parts,
        coalesce(agreement_lines.included_quantity_millionths, 0)
        * measured_usage.allowance_parts as included_parts,
        agreement_lines.package_size_millionths * measured_usage.quantity_divisor
            as package_parts,
        case
            when agreement_lines.mapping_class <> 'mapped' then agreement_lines.mapping_class
            when first_flaws.flaw is not null then first_flaws.flaw
            when measured_usage.summed_millionths is null then 'no_counts'
        end as not_rated_reason
    from measured_usage
    inner join agreement_lines
        on measured_usage.agreement_line_id = agreement_lines.agreement_line_id
    left join first_flaws
        on
            measured_usage.agreement_line_id = first_flaws.agreement_line_id
            and first_flaws.flaw_rank = 1
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
        agreement_line_id,
        period_start_date,
        pricing_model,
        quantity_divisor,
        charged_days,
        charge_divisor,
        fixed_parts,
        measured_parts,
        floor_parts,
        packages,
        case
            when pricing_model = 'package' then packages * package_parts else chargeable_parts
        end as billable_parts,
        not_rated_reason
    from packed
)

select * from billable_usage
