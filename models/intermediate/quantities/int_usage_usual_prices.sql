-- grain: one row per entity_id, service_id, currency_code
with

usage_agreements as (
    select * from {{ ref('int_usage_agreements') }}
    where unit_price > 0 and service_id is not null and context_class is null
),

counted as (
    select
        entity_id,
        service_id,
        currency_code,
        unit_price,
        count(*) as use_count
    from usage_agreements
    group by entity_id, service_id, currency_code, unit_price
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_id, service_id, currency_code
            order by use_count desc, unit_price asc
        ) as use_rank
    from counted
),

-- The price that most months of most clients have, the lower of two.
usage_usual_prices as (
    select
        entity_id,
        service_id,
        currency_code,
        unit_price
    from ranked
    where use_rank = 1
)

select * from usage_usual_prices
