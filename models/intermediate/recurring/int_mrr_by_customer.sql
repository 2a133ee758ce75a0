-- grain: one row per entity_id, currency_code, customer_id, month_start
with

recurring_rates as (
    select * from {{ ref('int_recurring_rates') }}
),

closings as (
    select
        entity_id,
        currency_code,
        customer_id,
        month_start,
        as_of_date,
        sum(mrr_amount_minor) as closing_minor,
        sum(rate_amount_minor) as closing_rate_minor,
        sum(rounding_allowance_minor) as allowance_minor
    from recurring_rates
    where is_counted
    group by
        entity_id,
        currency_code,
        customer_id,
        month_start,
        as_of_date
    having sum(mrr_amount_minor) <> 0
),

-- The month after a month with MRR has a row too: that is where a customer who left is seen.
months_with_the_next as (
    select
        entity_id,
        currency_code,
        customer_id,
        month_start,
        closing_minor,
        closing_rate_minor,
        allowance_minor
    from closings
    union all
    select
        entity_id,
        currency_code,
        customer_id,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as month_start,
        0 as closing_minor,
        0 as closing_rate_minor,
        0 as allowance_minor
    from closings
    where cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) <= as_of_date
),

customer_months as (
    select
        entity_id,
        currency_code,
        customer_id,
        month_start,
        sum(closing_minor) as closing_minor,
        sum(closing_rate_minor) as closing_rate_minor,
        sum(allowance_minor) as allowance_minor
    from months_with_the_next
    group by
        entity_id,
        currency_code,
        customer_id,
        month_start
),

-- After a month with MRR there is always a row, so the row before a return says that there was
-- none.
mrr_by_customer as (
    select
        entity_id,
        currency_code,
        customer_id,
        month_start,
        min(month_start) over (
            partition by entity_id, currency_code, customer_id
        ) as first_month_start,
        cast(lag(closing_minor, 1, 0) over (
            partition by entity_id, currency_code, customer_id order by month_start
        ) as bigint) as opening_minor,
        cast(lag(closing_rate_minor, 1, 0) over (
            partition by entity_id, currency_code, customer_id order by month_start
        ) as bigint) as opening_rate_minor,
        cast(closing_minor as bigint) as closing_minor,
        cast(closing_rate_minor as bigint) as closing_rate_minor,
        cast(allowance_minor + lag(allowance_minor, 1, 0) over (
            partition by entity_id, currency_code, customer_id order by month_start
        ) as bigint) as allowance_minor
    from customer_months
)

select * from mrr_by_customer
