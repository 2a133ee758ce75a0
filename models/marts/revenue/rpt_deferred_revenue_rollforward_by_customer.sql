-- grain: one row per entity_id, currency_code, customer_id, month_start
with

deferred_revenue_by_month as (
    select * from {{ ref('int_deferred_revenue_by_month') }}
),

rollforward_by_customer as (
    select
        entity_id,
        currency_code,
        member_id as customer_id,
        month_start,
        month_end,
        {{ major_units('opening_minor', 'exponent') }} as opening_amount,
        {{ major_units('billed_minor', 'exponent') }} as billed_amount,
        {{ major_units('recognised_minor', 'exponent') }} as recognised_amount,
        {{ major_units('refunds_minor', 'exponent') }} as refunds_amount,
        {{ major_units('credit_notes_minor', 'exponent') }} as credit_notes_amount,
        {{ major_units('voids_minor', 'exponent') }} as voids_amount,
        {{ major_units('write_offs_minor', 'exponent') }} as write_offs_amount,
        {{ major_units('disputes_minor', 'exponent') }} as disputes_amount,
        {{ major_units('corrections_minor', 'exponent') }} as corrections_amount,
        {{ major_units('fx_minor', 'exponent') }} as fx_amount,
        {{ major_units('closing_minor', 'exponent') }} as closing_amount,
        {{ major_units('long_term_closing_minor', 'exponent') }} as long_term_closing_amount,
        {{ major_units('closing_minor - long_term_closing_minor', 'exponent') }}
            as current_closing_amount
    from deferred_revenue_by_month
    where
        basis = 'transaction'
        and dimension = 'customer'
)

select * from rollforward_by_customer
