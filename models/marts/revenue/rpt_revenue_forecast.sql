-- grain: one row per entity_id, currency_code, month_start
with

revenue_releases as (
    select * from {{ ref('int_revenue_releases') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

by_month as (
    select
        entity_id,
        currency_code,
        month_start,
        months_ahead,
        is_current,
        sum(recognised_amount_minor) as recognised_amount_minor,
        sum(returned_amount_minor) as returned_amount_minor,
        count(*) as obligation_count
    from revenue_releases
    group by
        entity_id,
        currency_code,
        month_start,
        months_ahead,
        is_current
),

revenue_forecast as (
    select
        by_month.entity_id,
        by_month.currency_code,
        by_month.month_start,
        entities.as_of_date,
        cast(by_month.months_ahead as bigint) as months_ahead,
        by_month.is_current,
        {{ major_units('by_month.recognised_amount_minor', 'currencies.exponent') }}
            as recognised_amount,
        {{ major_units('by_month.returned_amount_minor', 'currencies.exponent') }}
            as returned_amount,
        cast(by_month.obligation_count as bigint) as obligation_count
    from by_month
    inner join entities
        on by_month.entity_id = entities.entity_id
    inner join currencies
        on by_month.currency_code = currencies.currency_code
)

select * from revenue_forecast
