-- grain: one row per entity_id, currency_code, customer_id, month_start
with

mrr_by_customer as (
    select * from {{ ref('int_mrr_by_customer') }}
),

-- Cents that a proration was rounded to are no decision of the customer.
compared as (
    select
        *,
        case
            when abs(closing_rate_minor - opening_rate_minor) <= allowance_minor then 0
            else closing_rate_minor - opening_rate_minor
        end as rate_change_minor
    from mrr_by_customer
),

named as (
    select
        *,
        case
            when opening_minor = 0 and closing_minor = 0 then 'none'
            when opening_minor = 0 and first_month_start = month_start then 'new'
            when opening_minor = 0 then 'reactivation'
            when closing_minor = 0 then 'churn'
            when rate_change_minor > 0 then 'expansion'
            when rate_change_minor < 0 then 'contraction'
            else 'none'
        end as movement
    from compared
),

mrr_movements as (
    select
        entity_id,
        currency_code,
        customer_id,
        month_start,
        movement,
        opening_minor,
        case when movement = 'new' then closing_minor else 0 end as new_minor,
        case when movement = 'expansion' then rate_change_minor else 0 end as expansion_minor,
        case when movement = 'contraction' then rate_change_minor else 0 end as contraction_minor,
        case when movement = 'churn' then -opening_minor else 0 end as churn_minor,
        case when movement = 'reactivation' then closing_minor else 0 end as reactivation_minor,
        case
            when opening_minor <> 0 and closing_minor <> 0
                then closing_minor - opening_minor - rate_change_minor
            else 0
        end as calendar_minor,
        closing_minor
    from named
)

select * from mrr_movements
