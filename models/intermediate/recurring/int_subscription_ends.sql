-- grain: one row per subscription_id
with

subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- Only the current version of a subscription knows whether it has ended.
subscription_ends as (
    select
        subscriptions.subscription_id,
        max({{ accounting_date('subscriptions.ended_at', 'entities.timezone') }}) as ended_date
    from subscriptions
    inner join entities
        on subscriptions.entity_id = entities.entity_id
    where subscriptions.is_current and subscriptions.ended_at is not null
    group by subscriptions.subscription_id
)

select * from subscription_ends
