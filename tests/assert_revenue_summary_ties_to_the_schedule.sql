-- Invariant: the summary earns what schedule and accruals earn and closes as the rollforward.
-- Grain: entity, currency, month.
-- A row: a month whose revenue, billings or closing deferred revenue differ.
-- Then: compare the entries of the month with int_recognition_by_month and the rollforward.
with

summary as (
    select
        entity_id,
        currency_code,
        month_start,
        billed_amount,
        recognised_amount,
        closing_deferred_amount
    from {{ ref('rpt_revenue_summary') }}
),

scheduled as (
    select
        entity_id,
        currency_code,
        month_start,
        recognised_amount_minor
    from {{ ref('int_recognition_by_month') }}
    where not is_forecast
    union all
    select
        entity_id,
        currency_code,
        month_start,
        recognised_amount_minor
    from {{ ref('int_accruals_by_month') }}
    where scenario = 'in_force' and not is_forecast
),

earned as (
    select
        scheduled.entity_id,
        scheduled.currency_code,
        scheduled.month_start,
        sum({{ major_units('scheduled.recognised_amount_minor', 'currencies.exponent') }})
            as earned_amount
    from scheduled
    inner join {{ ref('currencies') }} as currencies
        on scheduled.currency_code = currencies.currency_code
    group by
        scheduled.entity_id,
        scheduled.currency_code,
        scheduled.month_start
),

earned_or_rolled as (
    select
        coalesce(earned.entity_id, rollforward.entity_id) as entity_id,
        coalesce(earned.currency_code, rollforward.currency_code) as currency_code,
        coalesce(earned.month_start, rollforward.month_start) as month_start,
        coalesce(earned.earned_amount, 0) as earned_amount,
        coalesce(rollforward.billed_amount, 0) as billed_amount,
        coalesce(rollforward.closing_amount, 0) as closing_amount
    from earned
    full outer join {{ ref('rpt_deferred_revenue_rollforward_by_currency') }} as rollforward
        on
            earned.entity_id = rollforward.entity_id
            and earned.currency_code = rollforward.currency_code
            and earned.month_start = rollforward.month_start
),

compared as (
    select
        coalesce(summary.entity_id, earned_or_rolled.entity_id) as entity_id,
        coalesce(summary.currency_code, earned_or_rolled.currency_code) as currency_code,
        coalesce(summary.month_start, earned_or_rolled.month_start) as month_start,
        summary.recognised_amount,
        earned_or_rolled.earned_amount,
        case
            when
                summary.entity_id is null
                and earned_or_rolled.earned_amount = 0
                and earned_or_rolled.billed_amount = 0
                and earned_or_rolled.closing_amount = 0
                then 'ok'
            when summary.entity_id is null then 'not in the summary'
            when summary.recognised_amount <> coalesce(earned_or_rolled.earned_amount, 0)
                then 'revenue differs'
            when summary.billed_amount <> coalesce(earned_or_rolled.billed_amount, 0)
                then 'billings differ'
            when
                summary.closing_deferred_amount <> coalesce(earned_or_rolled.closing_amount, 0)
                then 'deferred revenue differs'
            else 'ok'
        end as status
    from summary
    full outer join earned_or_rolled
        on
            summary.entity_id = earned_or_rolled.entity_id
            and summary.currency_code = earned_or_rolled.currency_code
            and summary.month_start = earned_or_rolled.month_start
)

select * from compared
where status <> 'ok'
