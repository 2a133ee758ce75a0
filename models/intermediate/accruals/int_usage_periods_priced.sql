-- grain: one row per usage_period_id
with

usage_periods as (
    select * from {{ ref('int_usage_periods') }}
),

usage_items as (
    select * from {{ ref('int_usage_items') }}
),

invoiced_usage as (
    select * from {{ ref('int_invoiced_usage') }}
),

prices as (
    select * from {{ ref('int_prices') }}
),

-- An invoiced period has the price of its invoice line, any other the price of the item as it is.
usage_periods_priced as (
    select
        usage_periods.usage_period_id,
        usage_items.entity_id,
        usage_periods.subscription_item_id,
        usage_items.subscription_id,
        prices.product_id,
        prices.price_id,
        usage_periods.period_start_at,
        usage_periods.period_end_at,
        {{ accounting_date('usage_periods.period_start_at', 'usage_items.entity_timezone') }}
            as period_start_date,
        {{ accounting_date('usage_periods.period_end_at', 'usage_items.entity_timezone') }}
            as period_end_date,
        usage_periods.is_after_last_invoice,
        invoiced_usage.invoice_id,
        invoiced_usage.booked_at,
        invoiced_usage.booked_date,
        invoiced_usage.invoiced_amount_minor,
        coalesce(invoiced_usage.currency_code, prices.currency_code) as currency_code,
        usage_items.as_of_date,
        prices.unit_amount,
        coalesce(prices.usage_aggregation, 'sum') as usage_aggregation,
        case
            when usage_items.price_id is null then 'unknown_subscription_item'
            when prices.price_id is null then 'unknown_price'
            when prices.unit_amount is null then 'no_unit_price'
            when
                prices.usage_aggregation not in ('sum', 'max', 'last_during_period', 'last_ever')
                then 'unknown_aggregation'
            when invoiced_usage.currency_code <> prices.currency_code then 'other_currency'
        end as not_rated_reason
    from usage_periods
    inner join usage_items
        on usage_periods.subscription_item_id = usage_items.subscription_item_id
    left join invoiced_usage
        on
            usage_periods.subscription_item_id = invoiced_usage.subscription_item_id
            and usage_periods.period_start_at = invoiced_usage.period_start_at
    left join prices
        on coalesce(invoiced_usage.price_id, usage_items.price_id) = prices.price_id
)

select * from usage_periods_priced
