-- grain: one row per invoice_line_id, bundle
with

standalone_prices as (
    select * from {{ ref('int_standalone_prices') }}
),

allocated_lines as (
    select * from {{ ref('int_allocated_lines') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- How far the price is beyond the nearer end of the range; a residual price has no range.
judged as (
    select
        standalone_prices.*,
        currencies.exponent,
        allocated_lines.invoice_line_id is not null as is_allocated,
        allocated_lines.standalone_amount_minor,
        allocated_lines.allocated_amount_minor,
        case
            when standalone_prices.approach is null then 'no_price'
            when standalone_prices.approach = 'residual' then 'residual'
            when standalone_prices.stated_amount_minor < standalone_prices.low_amount_minor
                then 'below_the_range'
            when standalone_prices.stated_amount_minor > standalone_prices.high_amount_minor
                then 'above_the_range'
            else 'within_the_range'
        end as finding
    from standalone_prices
    inner join currencies
        on standalone_prices.currency_code = currencies.currency_code
    left join allocated_lines
        on
            standalone_prices.invoice_line_id = allocated_lines.invoice_line_id
            and standalone_prices.bundle = allocated_lines.bundle
),

with_consequence as (
    select
        *,
        case finding
            when 'below_the_range' then low_amount_minor
            when 'above_the_range' then high_amount_minor
        end as nearer_end_minor,
        case
            when is_allocated
                then
                    'in the bundle it counts for '
                    || {{ money_text('standalone_amount_minor', 'exponent', 'currency_code') }}
                    || '.'
            else 'outside of a bundle it keeps what it was billed at.'
        end as consequence
    from judged
    where finding in ('no_price', 'below_the_range', 'above_the_range')
),

standalone_price_exceptions as (
    select
        invoice_line_id,
        bundle,
        entity_id,
        invoice_id,
        document_reference,
        customer_id,
        product_id,
        price_id,
        booked_date,
        finding,
        is_allocated,
        currency_code,
        exponent,
        stated_amount_minor,
        low_amount_minor,
        mid_amount_minor,
        high_amount_minor,
        allocated_amount_minor,
        case
            when nearer_end_minor > 0 then {{ round_ratio(
                'stated_amount_minor - nearer_end_minor', '10000', wide_integer('nearer_end_minor')
            ) }}
        end as deviation_basis_points,
        case
            when finding = 'no_price'
                then
                    'No stand-alone price in ' || currency_code || ' holds for this product and'
                    || ' price on the day of the invoice: the line keeps what it was billed at.'
            else
                'Billed at '
                || {{ money_text('stated_amount_minor', 'exponent', 'currency_code') }}
                || ', sold alone for '
                || {{ money_text('low_amount_minor', 'exponent', 'currency_code') }} || ' to '
                || {{ money_text('high_amount_minor', 'exponent', 'currency_code') }}
                || ': ' || consequence
        end as explanation
    from with_consequence
)

select * from standalone_price_exceptions
