-- Invariant: an obligation's months sum to its net amount less its reductions, to the cent (L7).
-- Grain: obligation.
-- A row: an obligation whose months do not sum, or that has no month at all, with both figures.
-- Then: look at its rows in int_recognition_schedule: a month is missing or units exceed the whole.
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

reduced as (
    select
        obligation_id,
        sum(net_amount_minor) as net_amount_minor,
        sum(net_functional_amount_minor) as net_functional_amount_minor
    from {{ ref('int_reduction_effects') }}
    group by obligation_id
),

scheduled as (
    select
        obligation_id,
        sum(recognised_amount_minor - contra_amount_minor) as net_amount_minor,
        sum(recognised_functional_amount_minor - contra_functional_amount_minor)
            as net_functional_amount_minor
    from {{ ref('int_recognition_by_month') }}
    group by obligation_id
),

compared as (
    select
        obligations.obligation_id,
        obligations.net_amount_minor - coalesce(reduced.net_amount_minor, 0)
            as owed_amount_minor,
        scheduled.net_amount_minor as scheduled_amount_minor,
        case
            when scheduled.obligation_id is null then 'no schedule'
            when
                obligations.net_amount_minor - coalesce(reduced.net_amount_minor, 0)
                <> scheduled.net_amount_minor
                then 'transaction currency differs'
            when
                obligations.net_functional_amount_minor
                - coalesce(reduced.net_functional_amount_minor, 0)
                <> scheduled.net_functional_amount_minor
                then 'functional currency differs'
            else 'ok'
        end as status
    from obligations
    left join reduced
        on obligations.obligation_id = reduced.obligation_id
    left join scheduled
        on obligations.obligation_id = scheduled.obligation_id
)

select * from compared
where status <> 'ok'
