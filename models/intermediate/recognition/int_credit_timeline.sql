-- grain: one row per entity_id, customer_id, meter_product_id, event_date, is_usage
with

credit_purchases as (
    select * from {{ ref('int_credit_purchases') }}
),

credit_usage_by_day as (
    select * from {{ ref('int_credit_usage_by_day') }}
),

turns as (
    select
        entity_id,
        customer_id,
        meter_product_id,
        booked_date as event_date,
        quantity_millionths as bought_millionths,
        0 as expired_to_millionths
    from credit_purchases
    union all
    select
        entity_id,
        customer_id,
        meter_product_id,
        expiry_date as event_date,
        0 as bought_millionths,
        bought_to_date_millionths as expired_to_millionths
    from credit_purchases
),

-- On a day of its own, what expires is gone and what is bought is there before anything is used.
events as (
    select
        entity_id,
        customer_id,
        meter_product_id,
        event_date,
        false as is_usage,
        1 as turn_count,
        sum(bought_millionths) as bought_millionths,
        max(expired_to_millionths) as expired_to_millionths,
        0 as used_to_date_millionths
    from turns
    group by
        entity_id,
        customer_id,
        meter_product_id,
        event_date
    union all
    select
        entity_id,
        customer_id,
        meter_product_id,
        used_date as event_date,
        true as is_usage,
        0 as turn_count,
        0 as bought_millionths,
        0 as expired_to_millionths,
        used_to_date_millionths
    from credit_usage_by_day
),

credit_timeline as (
    select
        entity_id,
        customer_id,
        meter_product_id,
        event_date,
        is_usage,
        sum(turn_count) over (
            partition by entity_id, customer_id, meter_product_id
            order by event_date, is_usage
            rows between unbounded preceding and current row
        ) as phase_number,
        cast(sum(bought_millionths) over (
            partition by entity_id, customer_id, meter_product_id
            order by event_date, is_usage
            rows between unbounded preceding and current row
        ) as bigint) as bought_to_date_millionths,
        max(expired_to_millionths) over (
            partition by entity_id, customer_id, meter_product_id
            order by event_date, is_usage
            rows between unbounded preceding and current row
        ) as expired_to_millionths,
        coalesce(max(used_to_date_millionths) over (
            partition by entity_id, customer_id, meter_product_id
            order by event_date, is_usage
            rows between unbounded preceding and 1 preceding
        ), 0) as used_before_millionths,
        used_to_date_millionths
    from events
)

select * from credit_timeline
