-- grain: one row per invoice_line_id
with

standalone_amounts as (
    select * from {{ ref('int_bundle_standalone_amounts') }}
),

with_totals as (
    select
        *,
        sum(stated_amount_minor) over (
            partition by invoice_id, bundle, currency_code
        ) as bundle_amount_minor,
        sum(standalone_amount_minor) over (
            partition by invoice_id, bundle, currency_code
        ) as bundle_standalone_minor
    from standalone_amounts
),

-- Where nothing has a price of its own, what was billed stands.
parts as (
    select
        *,
        case
            when bundle_standalone_minor = 0 then stated_amount_minor
            else {{ round_ratio(
                'bundle_amount_minor',
                wide_integer('standalone_amount_minor'),
                wide_integer('bundle_standalone_minor')
            ) }}
        end as part_amount_minor
    from with_totals
),

-- Rounding leaves a few cents; they go where they matter least, to the largest part.
ranked as (
    select
        *,
        bundle_amount_minor - sum(part_amount_minor) over (
            partition by invoice_id, bundle, currency_code
        ) as residual_cents_minor,
        row_number() over (
            partition by invoice_id, bundle, currency_code
            order by
                part_amount_minor desc,
                standalone_amount_minor desc,
                line_number asc,
                invoice_line_id asc
        ) as part_rank
    from parts
),

allocated_lines as (
    select
        invoice_line_id,
        invoice_id,
        bundle,
        currency_code,
        stated_amount_minor,
        cast(standalone_amount_minor as bigint) as standalone_amount_minor,
        basis,
        cast(
            case
                when part_rank = 1 then part_amount_minor + residual_cents_minor
                else part_amount_minor
            end as bigint
        ) as allocated_amount_minor
    from ranked
)

select * from allocated_lines
