-- Invariant: what the forecast still earns or gives back is the deferred revenue of the as-of date.
-- Grain: entity, currency.
-- A row: a currency whose forecast sums to another amount than its closing balance.
-- Then: find the line whose int_revenue_releases differ from its entries on deferred_revenue.
with

-- The balance of the as-of date: the last month of the rollforward.
closing as (
    select
        rollforward.entity_id,
        rollforward.currency_code,
        rollforward.closing_amount
    from {{ ref('rpt_deferred_revenue_rollforward_by_currency') }} as rollforward
    inner join {{ ref('int_entities') }} as entities
        on
            rollforward.entity_id = entities.entity_id
            and rollforward.month_start <= entities.as_of_date
            and rollforward.month_end >= entities.as_of_date
),

forecast as (
    select
        entity_id,
        currency_code,
        sum(recognised_amount + returned_amount) as forecast_amount
    from {{ ref('rpt_revenue_forecast') }}
    group by
        entity_id,
        currency_code
),

compared as (
    select
        coalesce(closing.entity_id, forecast.entity_id) as entity_id,
        coalesce(closing.currency_code, forecast.currency_code) as currency_code,
        closing.closing_amount,
        forecast.forecast_amount,
        case
            when closing.entity_id is null then 'not in the rollforward'
            when coalesce(forecast.forecast_amount, 0) <> closing.closing_amount then 'differs'
            else 'ok'
        end as status
    from closing
    full outer join forecast
        on
            closing.entity_id = forecast.entity_id
            and closing.currency_code = forecast.currency_code
)

select * from compared
where status <> 'ok'
