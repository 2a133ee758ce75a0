-- Invariant: what all booking months have left is the closing deferred revenue (L8, L19).
-- Grain: entity, currency; the last finished month.
-- A row: a currency whose cohorts hold another balance than the rollforward closes at.
-- Then: find the booking month whose remaining amount differs from the entries of its lines.
with

finished as (
    select
        months.entity_id,
        max(months.month_start) as month_start
    from {{ ref('int_reporting_months') }} as months
    where months.month_end <= months.as_of_date
    group by months.entity_id
),

-- The last row of each cohort up to that month: it stays until the next one.
cohorts as (
    select
        waterfall.entity_id,
        waterfall.currency_code,
        waterfall.remaining_amount,
        row_number() over (
            partition by waterfall.entity_id, waterfall.currency_code, waterfall.booked_month
            order by waterfall.recognition_month desc
        ) as months_to_end
    from {{ ref('rpt_revenue_waterfall') }} as waterfall
    inner join finished
        on
            waterfall.entity_id = finished.entity_id
            and waterfall.recognition_month <= finished.month_start
),

remaining as (
    select
        entity_id,
        currency_code,
        sum(remaining_amount) as remaining_amount
    from cohorts
    where months_to_end = 1
    group by
        entity_id,
        currency_code
),

closing as (
    select
        rollforward.entity_id,
        rollforward.currency_code,
        rollforward.closing_amount
    from {{ ref('rpt_deferred_revenue_rollforward_by_currency') }} as rollforward
    inner join finished
        on
            rollforward.entity_id = finished.entity_id
            and rollforward.month_start = finished.month_start
),

compared as (
    select
        coalesce(closing.entity_id, remaining.entity_id) as entity_id,
        coalesce(closing.currency_code, remaining.currency_code) as currency_code,
        closing.closing_amount,
        remaining.remaining_amount,
        case
            when coalesce(closing.closing_amount, 0) <> coalesce(remaining.remaining_amount, 0)
                then 'differs'
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
