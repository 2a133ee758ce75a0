-- grain: one row per entity_id, currency_code, month_start, step
with

revenue_bridge as (
    select * from {{ ref('int_revenue_bridge') }}
),

bridge as (
    select
        entity_id,
        functional_currency_code as currency_code,
        month_start,
        month_end,
        cast(step_number as integer) as step_number,
        section,
        step,
        kind,
        {{ major_units('amount_minor', 'functional_exponent') }} as amount,
        {{ major_units('walked_amount_minor', 'functional_exponent') }} as walked_amount,
        {{ major_units('residual_amount_minor', 'functional_exponent') }} as residual_amount,
        {{ major_units('recorded_amount_minor', 'functional_exponent') }} as recorded_amount,
        {{ major_units('recorded_amount_minor - amount_minor', 'functional_exponent') }}
            as difference_amount,
        note
    from revenue_bridge
)

select * from bridge
