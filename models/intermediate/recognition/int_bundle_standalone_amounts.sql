-- grain: one row per invoice_line_id
with

bundle_lines as (
    select * from {{ ref('int_bundle_lines') }}
),

-- A price within the observed range is what the line sells for on its own (ASC 606-10-32-33).
judged as (
    select
        *,
        case
            when approach = 'residual' then 'residual'
            when stated_amount_minor between low_amount_minor and high_amount_minor then 'stated'
            else 'mid'
        end as basis
    from bundle_lines
),

-- What a residual product sells for alone is what the others leave of the bundle.
with_residual as (
    select
        *,
        greatest(0, sum(case
            when basis = 'residual' then stated_amount_minor
            when basis = 'stated' then 0
            else stated_amount_minor - mid_amount_minor
        end) over (partition by invoice_id, bundle, currency_code)) as residual_amount_minor,
        sum(case when basis = 'residual' then stated_amount_minor end) over (
            partition by invoice_id, bundle, currency_code
        ) as residual_stated_minor
    from judged
),

-- Several lines share the residual by what they state, and equally when they state nothing.
weighed as (
    select
        *,
        case
            when basis <> 'residual' then 0
            when residual_stated_minor > 0 then stated_amount_minor
            else 1
        end as residual_weight
    from with_residual
),

running as (
    select
        *,
        greatest(1, sum(residual_weight) over (
            partition by invoice_id, bundle, currency_code
        )) as weight_in_all,
        sum(residual_weight) over (
            partition by invoice_id, bundle, currency_code
            order by line_number, invoice_line_id
            rows between unbounded preceding and current row
        ) as weight_to_here
    from weighed
),

bundle_standalone_amounts as (
    select
        invoice_line_id,
        invoice_id,
        bundle,
        currency_code,
        line_number,
        stated_amount_minor,
        case basis
            when 'stated' then stated_amount_minor
            when 'mid' then mid_amount_minor
            else
                {{ round_ratio('residual_amount_minor', 'weight_to_here', 'weight_in_all') }}
                - {{ round_ratio(
                    'residual_amount_minor', '(weight_to_here - residual_weight)', 'weight_in_all'
                ) }}
        end as standalone_amount_minor,
        basis
    from running
)

select * from bundle_standalone_amounts
