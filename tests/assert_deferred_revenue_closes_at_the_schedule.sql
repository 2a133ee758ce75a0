-- Invariant: closing deferred revenue equals the undelivered part of every obligation (L8).
-- Grain: entity, currency, month.
-- A row: a finished month in which the rollforward (from entries) and the schedule disagree.
-- Then: find the obligation whose entries on deferred_revenue differ from its deferred balance.
with

rollforward as (
    select
        rpt_deferred_revenue_rollforward.entity_id,
        rpt_deferred_revenue_rollforward.currency_code,
        rpt_deferred_revenue_rollforward.month_start,
        rpt_deferred_revenue_rollforward.closing_amount
    from {{ ref('rpt_deferred_revenue_rollforward') }}
    inner join {{ ref('int_entities') }}
        on rpt_deferred_revenue_rollforward.entity_id = int_entities.entity_id
    where rpt_deferred_revenue_rollforward.month_end <= int_entities.as_of_date
),

undelivered as (
    select
        entity_id,
        functional_currency_code as currency_code,
        month_start,
        sum(deferred_functional_amount) as deferred_amount
    from {{ ref('fct_recognition_schedule') }}
    where not is_forecast
    group by
        entity_id,
        functional_currency_code,
        month_start
),

compared as (
    select
        coalesce(rollforward.entity_id, undelivered.entity_id) as entity_id,
        coalesce(rollforward.currency_code, undelivered.currency_code) as currency_code,
        coalesce(rollforward.month_start, undelivered.month_start) as month_start,
        rollforward.closing_amount,
        undelivered.deferred_amount,
        case
            when rollforward.entity_id is null and undelivered.deferred_amount <> 0
                then 'not in the rollforward'
            when coalesce(undelivered.deferred_amount, 0) <> coalesce(rollforward.closing_amount, 0)
                then 'differs'
            else 'ok'
        end as status
    from rollforward
    full outer join undelivered
        on
            rollforward.entity_id = undelivered.entity_id
            and rollforward.currency_code = undelivered.currency_code
            and rollforward.month_start = undelivered.month_start
)

select * from compared
where status <> 'ok'
