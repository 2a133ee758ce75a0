-- grain: one row per usage_period_id
with

subscription_items as (
    select * from {{ ref('int_subscription_items') }}
),

invoiced_usage as (
    select * from {{ ref('int_invoiced_usage') }}
),

usage_items as (
    select * from {{ ref('int_usage_items') }}
),

invoiced_until as (
    select
        subscription_item_id,
        max(period_end_at) as last_invoiced_at
    from invoiced_usage
    group by subscription_item_id
),

-- What the billing system calls the current period counts from where the invoices end.
running as (
    select
        subscription_items.subscription_item_id,
        greatest(
            subscription_items.current_period_start_at,
            coalesce(
                invoiced_until.last_invoiced_at, subscription_items.current_period_start_at
            )
        ) as period_start_at,
        subscription_items.current_period_end_at as period_end_at
    from subscription_items
    left join invoiced_until
        on subscription_items.subscription_item_id = invoiced_until.subscription_item_id
    where
        subscription_items.current_period_end_at > subscription_items.current_period_start_at
        and subscription_items.current_period_end_at
        > coalesce(invoiced_until.last_invoiced_at, subscription_items.current_period_start_at)
),

known as (
    select
        subscription_item_id,
        period_start_at,
        period_end_at
    from invoiced_usage
    union all
    select
        subscription_item_id,
        period_start_at,
        period_end_at
    from running
),

with_covered as (
    select
        subscription_item_id,
        period_start_at,
        max(period_end_at) over (
            partition by subscription_item_id order by period_start_at
            rows between unbounded preceding and 1 preceding
        ) as covered_until_at
    from known
),

known_until as (
    select
        subscription_item_id,
        max(period_end_at) as last_known_at
    from known
    group by subscription_item_id
),

-- Before, between and after the known periods lies time of which no invoice has told: usage in it
-- is owed as well. Together the periods of an item cover all of time.
all_periods as (
    select
        subscription_item_id,
        period_start_at,
        period_end_at
    from known
    union all
    select
        subscription_item_id,
        covered_until_at as period_start_at,
        period_start_at as period_end_at
    from with_covered
    where covered_until_at is null or covered_until_at < period_start_at
    union all
    select
        usage_items.subscription_item_id,
        known_until.last_known_at as period_start_at,
        cast(null as {{ dbt.type_timestamp() }}) as period_end_at
    from usage_items
    left join known_until
        on usage_items.subscription_item_id = known_until.subscription_item_id
),

usage_periods as (
    select
        {{ dbt.concat([
            'all_periods.subscription_item_id', "':'",
            "coalesce(cast(all_periods.period_start_at as " ~ dbt.type_string() ~ "), 'first')"
        ]) }} as usage_period_id,
        all_periods.subscription_item_id,
        all_periods.period_start_at,
        all_periods.period_end_at,
        coalesce(
            all_periods.period_start_at >= invoiced_until.last_invoiced_at,
            all_periods.period_start_at is not null
        ) as is_after_last_invoice
    from all_periods
    left join invoiced_until
        on all_periods.subscription_item_id = invoiced_until.subscription_item_id
)

select * from usage_periods
