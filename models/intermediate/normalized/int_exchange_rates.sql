-- grain: one row per rate_date, from_currency_code, to_currency_code
with

published as (
    select * from {{ ref('int_exchange_rates_daily') }}
),

functional_currencies as (
    select functional_currency_code
    from {{ ref('int_entities') }}
    group by functional_currency_code
),

calendar as (
    select rate_date
    from published
    group by rate_date
),

-- A currency costs one of itself on every day, published or not.
same_currency_rates as (
    select
        calendar.rate_date,
        functional_currencies.functional_currency_code as from_currency_code,
        functional_currencies.functional_currency_code as to_currency_code,
        coalesce(published.units_per_euro, 1) as from_rate,
        coalesce(published.units_per_euro, 1) as to_rate,
        coalesce(published.published_date, calendar.rate_date) as published_date,
        coalesce(published.is_carried_forward, false) as is_carried_forward
    from calendar
    cross join functional_currencies
    left join published
        on
            calendar.rate_date = published.rate_date
            and functional_currencies.functional_currency_code = published.currency_code
),

cross_rates as (
    select
        from_rates.rate_date,
        from_rates.currency_code as from_currency_code,
        to_rates.currency_code as to_currency_code,
        from_rates.units_per_euro as from_rate,
        to_rates.units_per_euro as to_rate,
        case
            when from_rates.published_date < to_rates.published_date
                then from_rates.published_date
            else to_rates.published_date
        end as published_date,
        from_rates.is_carried_forward or to_rates.is_carried_forward as is_carried_forward
    from published as from_rates
    inner join published as to_rates
        on from_rates.rate_date = to_rates.rate_date
    inner join functional_currencies
        on to_rates.currency_code = functional_currencies.functional_currency_code
    where from_rates.currency_code <> to_rates.currency_code
),

rates_together as (
    select * from same_currency_rates
    union all
    select * from cross_rates
),

exchange_rates as (
    select
        rate_date,
        from_currency_code,
        to_currency_code,
        cast(from_rate as decimal(18, 8)) as from_rate,
        cast(to_rate as decimal(18, 8)) as to_rate,
        published_date,
        is_carried_forward
    from rates_together
)

select * from exchange_rates
