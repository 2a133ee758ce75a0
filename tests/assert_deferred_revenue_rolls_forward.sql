-- Invariant: opening plus movements is closing, and the next opening is the closing before it (L8).
-- Grain: entity, currency, month.
-- A row: a month that does not add up or does not continue the one before, with the figures.
-- Then: a movement is missing a column in rpt_deferred_revenue_rollforward or a month is missing.
with

rollforward as (
    select * from {{ ref('rpt_deferred_revenue_rollforward') }}
),

with_month_before as (
    select
        entity_id,
        currency_code,
        month_start,
        opening_amount,
        closing_amount,
        lag(closing_amount) over (
            partition by entity_id, currency_code order by month_start
        ) as closing_before_amount,
        lag(month_start) over (
            partition by entity_id, currency_code order by month_start
        ) as month_before,
        opening_amount + billed_amount + recognised_amount + refunds_amount
        + credit_notes_amount + voids_amount + write_offs_amount + disputes_amount
        + corrections_amount + fx_amount as rolled_amount
    from rollforward
),

with_next_month as (
    select
        with_month_before.*,
        cast({{ dbt.dateadd('month', 1, 'month_before') }} as date) as next_month_start
    from with_month_before
),

checked as (
    select
        entity_id,
        currency_code,
        month_start,
        opening_amount,
        closing_amount,
        closing_before_amount,
        rolled_amount,
        case
            when closing_amount <> rolled_amount then 'does not add up'
            when month_before is null and opening_amount <> 0 then 'does not start at zero'
            when
                month_before is not null
                and opening_amount <> closing_before_amount
                then 'does not continue'
            when
                month_before is not null
                and next_month_start <> month_start
                then 'a month is missing'
            else 'ok'
        end as status
    from with_next_month
)

select * from checked
where status <> 'ok'
