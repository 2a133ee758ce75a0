-- Invariant: what contracts owe of what is billed is the deferred revenue, all of it in time.
-- Grain: entity, currency.
-- A row: a currency whose contracts sum to another balance, or to another sum of their times.
-- Then: compare rpt_remaining_performance_obligations with int_revenue_releases by contract.
with

-- The balance of the as-of date: the last month of the rollforward.
closing as (
    select
        rollforward.entity_id,
        rollforward.currency_code,
        rollforward.closing_amount
    from {{ ref('rpt_deferred_revenue_rollforward_by_currency') }} as rollforward
    inner join {{ ref('int_entities') }} as entities
        on
            rollforward.entity_id = entities.entity_id
            and rollforward.month_start <= entities.as_of_date
            and rollforward.month_end >= entities.as_of_date
),

remaining as (
    select
        entity_id,
        currency_code,
        sum(billed_not_earned_amount) as billed_not_earned_amount,
        sum(billed_not_earned_amount + unbilled_amount) as remaining_amount,
        sum(within_twelve_months_amount + after_twelve_months_amount + undated_amount)
            as timed_amount
    from {{ ref('rpt_remaining_performance_obligations') }}
    group by
        entity_id,
        currency_code
),

compared as (
    select
        coalesce(closing.entity_id, remaining.entity_id) as entity_id,
        coalesce(closing.currency_code, remaining.currency_code) as currency_code,
        closing.closing_amount,
        remaining.billed_not_earned_amount,
        remaining.remaining_amount,
        remaining.timed_amount,
        case
            when
                coalesce(remaining.billed_not_earned_amount, 0)
                <> coalesce(closing.closing_amount, 0)
                then 'differs from the balance'
            when remaining.timed_amount <> remaining.remaining_amount then 'has no time'
            else 'ok'
        end as status
    from closing
    full outer join remaining
        on
            closing.entity_id = remaining.entity_id
            and closing.currency_code = remaining.currency_code
)

select * from compared
where status <> 'ok'
