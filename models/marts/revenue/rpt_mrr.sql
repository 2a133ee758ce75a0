-- grain: one row per entity_id, currency_code, customer_id, month_start
with

mrr_movements as (
    select * from {{ ref('int_mrr_movements') }}
),

months as (
    select * from {{ ref('int_months') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

mrr as (
    select
        mrr_movements.entity_id,
        mrr_movements.currency_code,
        mrr_movements.customer_id,
        mrr_movements.month_start,
        months.month_end,
        months.month_end <= entities.as_of_date as is_complete,
        mrr_movements.movement,
        {{ major_units('mrr_movements.opening_minor', 'currencies.exponent') }} as opening_amount,
        {{ major_units('mrr_movements.new_minor', 'currencies.exponent') }} as new_amount,
        {{ major_units('mrr_movements.expansion_minor', 'currencies.exponent') }}
            as expansion_amount,
        {{ major_units('mrr_movements.contraction_minor', 'currencies.exponent') }}
            as contraction_amount,
        {{ major_units('mrr_movements.churn_minor', 'currencies.exponent') }} as churn_amount,
        {{ major_units('mrr_movements.reactivation_minor', 'currencies.exponent') }}
            as reactivation_amount,
        {{ major_units('mrr_movements.calendar_minor', 'currencies.exponent') }}
            as calendar_amount,
        {{ major_units('mrr_movements.closing_minor', 'currencies.exponent') }} as closing_amount
    from mrr_movements
    inner join months
        on mrr_movements.month_start = months.month_start
    inner join entities
        on mrr_movements.entity_id = entities.entity_id
    inner join currencies
        on mrr_movements.currency_code = currencies.currency_code
)

select * from mrr
