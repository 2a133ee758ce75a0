-- grain: one row per obligation_id
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

subscription_ends as (
    select
        subscription_id,
        max(ended_date) as ended_date
    from subscriptions
    where is_current
    group by subscription_id
),

-- The day the subscription ended: a cancellation that waits for the end of the period cuts nothing.
cancelled_services as (
    select
        obligations.obligation_id,
        obligations.invoice_id,
        obligations.entity_id,
        subscription_ends.ended_date as cancelled_date
    from obligations
    inner join subscription_ends
        on
            obligations.subscription_id = subscription_ends.subscription_id
            and obligations.service_start_date <= subscription_ends.ended_date
            and obligations.service_end_date > subscription_ends.ended_date
)

select * from cancelled_services
