-- grain: one row per invoice_line_id, bundle
with

exceptions as (
    select * from {{ ref('int_standalone_price_exceptions') }}
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
        {{ major_units('stated_amount_minor', 'exponent') }} as stated_amount,
        {{ major_units('low_amount_minor', 'exponent') }} as low_amount,
        {{ major_units('mid_amount_minor', 'exponent') }} as mid_amount,
        {{ major_units('high_amount_minor', 'exponent') }} as high_amount,
        {{ major_units('allocated_amount_minor', 'exponent') }} as allocated_amount,
        deviation_basis_points,
        explanation
    from exceptions
)

select * from standalone_price_exceptions
