-- grain: one row per usage_record_id
with

readable as (
    select * from {{ from_sources(
        'usage_sources', 'usage_records', columns_of='metering', landed_by=['metering']
    ) }}
),

subscription_items as (
    select * from {{ ref('int_subscription_items') }}
),

prices as (
    select * from {{ ref('int_prices') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions') }}
    where is_current
),

customers as (
    select * from {{ ref('int_customers') }}
),

-- A meter names things by the billing system's own ids; within a company they are taken as unique.
items_by_reference as (
    select
        entity_id,
        source_record_id,
        min(subscription_item_id) as subscription_item_id
    from subscription_items
    group by
        entity_id,
        source_record_id
),

customers_by_reference as (
    select
        entity_id,
        source_record_id,
        min(customer_id) as customer_id
    from customers
    group by
        entity_id,
        source_record_id
),

customers_by_subscription as (
    select
        subscription_id,
        min(customer_id) as customer_id
    from subscriptions
    group by subscription_id
),

-- Usage of an item that billing does not know stays, under the meter's own name for it.
usage_records as (
    select
        readable.usage_record_id,
        coalesce(
            items_by_reference.subscription_item_id,
            {{ prefixed_id(
                'metering', 'readable.source_relation', 'readable.subscription_item_reference'
            ) }}
        ) as subscription_item_id,
        subscription_items.subscription_id,
        coalesce(customers_by_reference.customer_id, customers_by_subscription.customer_id)
            as customer_id,
        prices.product_id,
        subscription_items.price_id,
        readable.quantity_millionths,
        readable.occurred_at,
        {{ accounting_date('readable.occurred_at', 'readable.entity_timezone') }}
            as occurred_date,
        readable.source_name,
        readable.source_table,
        readable.source_record_id,
        readable.entity_id,
        readable.recorded_at
    from readable
    left join items_by_reference
        on
            readable.entity_id = items_by_reference.entity_id
            and readable.subscription_item_reference = items_by_reference.source_record_id
    left join subscription_items
        on items_by_reference.subscription_item_id = subscription_items.subscription_item_id
    left join prices
        on subscription_items.price_id = prices.price_id
    left join customers_by_subscription
        on subscription_items.subscription_id = customers_by_subscription.subscription_id
    left join customers_by_reference
        on
            readable.entity_id = customers_by_reference.entity_id
            and readable.customer_reference = customers_by_reference.source_record_id
)

select * from usage_records
