-- grain: one row per entity_id, customer_id, meter_product_id, used_date
with

usage_records as (
    select * from {{ ref('int_usage_records') }}
),

credit_purchases as (
    select * from {{ ref('int_credit_purchases') }}
),

accounts as (
    select
        entity_id,
        customer_id,
        meter_product_id
    from credit_purchases
    group by
        entity_id,
        customer_id,
        meter_product_id
),

used_by_product as (
    select
        entity_id,
        customer_id,
        product_id,
        occurred_date,
        sum(quantity_millionths) as quantity_millionths
    from usage_records
    group by
        entity_id,
        customer_id,
        product_id,
        occurred_date
),

-- Credits for one product take its usage; credits for anything take what is left.
usage_of_accounts as (
    select
        used_by_product.entity_id,
        used_by_product.customer_id,
        coalesce(accounts.meter_product_id, '') as meter_product_id,
        used_by_product.occurred_date as used_date,
        used_by_product.quantity_millionths
    from used_by_product
    left join accounts
        on
            used_by_product.entity_id = accounts.entity_id
            and used_by_product.customer_id = accounts.customer_id
            and used_by_product.product_id = accounts.meter_product_id
),

used_by_day as (
    select
        usage_of_accounts.entity_id,
        usage_of_accounts.customer_id,
        usage_of_accounts.meter_product_id,
        usage_of_accounts.used_date,
        sum(usage_of_accounts.quantity_millionths) as quantity_millionths
    from usage_of_accounts
    inner join accounts
        on
            usage_of_accounts.entity_id = accounts.entity_id
            and usage_of_accounts.customer_id = accounts.customer_id
            and usage_of_accounts.meter_product_id = accounts.meter_product_id
    group by
        usage_of_accounts.entity_id,
        usage_of_accounts.customer_id,
        usage_of_accounts.meter_product_id,
        usage_of_accounts.used_date
),

running as (
    select
        *,
        sum(quantity_millionths) over (
            partition by entity_id, customer_id, meter_product_id
            order by used_date
            rows between unbounded preceding and current row
        ) as net_used_millionths
    from used_by_day
),

-- A record that takes usage back makes later usage free of charge; what was drawn stays drawn.
credit_usage_by_day as (
    select
        entity_id,
        customer_id,
        meter_product_id,
        used_date,
        cast(greatest(0, max(net_used_millionths) over (
            partition by entity_id, customer_id, meter_product_id
            order by used_date
            rows between unbounded preceding and current row
        )) as bigint) as used_to_date_millionths
    from running
)

select * from credit_usage_by_day
