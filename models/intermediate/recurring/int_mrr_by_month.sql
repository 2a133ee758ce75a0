-- grain: one row per entity_id, currency_code, month_start
with

mrr_movements as (
    select * from {{ ref('int_mrr_movements') }}
),

months as (
    select * from {{ ref('int_months') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

first_months as (
    select
        entity_id,
        currency_code,
        min(month_start) as first_month_start
    from mrr_movements
    group by
        entity_id,
        currency_code
),

-- A month in which nobody is left still has a row.
spine as (
    select
        first_months.entity_id,
        first_months.currency_code,
        months.month_start,
        months.month_end,
        months.month_end <= entities.as_of_date as is_complete
    from first_months
    inner join entities
        on first_months.entity_id = entities.entity_id
    inner join months
        on
            first_months.first_month_start <= months.month_start
            and entities.as_of_date >= months.month_start
),

mrr_by_month as (
    select
        spine.entity_id,
        spine.currency_code,
        spine.month_start,
        spine.month_end,
        spine.is_complete,
        cast(coalesce(sum(mrr_movements.opening_minor), 0) as bigint) as opening_minor,
        cast(coalesce(sum(mrr_movements.new_minor), 0) as bigint) as new_minor,
        cast(coalesce(sum(mrr_movements.expansion_minor), 0) as bigint) as expansion_minor,
        cast(coalesce(sum(mrr_movements.contraction_minor), 0) as bigint) as contraction_minor,
        cast(coalesce(sum(mrr_movements.churn_minor), 0) as bigint) as churn_minor,
        cast(coalesce(sum(mrr_movements.reactivation_minor), 0) as bigint) as reactivation_minor,
        cast(coalesce(sum(mrr_movements.calendar_minor), 0) as bigint) as calendar_minor,
        cast(coalesce(sum(mrr_movements.closing_minor), 0) as bigint) as closing_minor,
        sum(case when mrr_movements.opening_minor <> 0 then 1 else 0 end) as opening_count,
        sum(case when mrr_movements.movement = 'new' then 1 else 0 end) as new_count,
        sum(case when mrr_movements.movement = 'expansion' then 1 else 0 end) as expansion_count,
        sum(case when mrr_movements.movement = 'contraction' then 1 else 0 end)
            as contraction_count,
        sum(case when mrr_movements.movement = 'churn' then 1 else 0 end) as churn_count,
        sum(case when mrr_movements.movement = 'reactivation' then 1 else 0 end)
            as reactivation_count,
        sum(case when mrr_movements.closing_minor <> 0 then 1 else 0 end) as closing_count
    from spine
    left join mrr_movements
        on
            spine.entity_id = mrr_movements.entity_id
            and spine.currency_code = mrr_movements.currency_code
            and spine.month_start = mrr_movements.month_start
    group by
        spine.entity_id,
        spine.currency_code,
        spine.month_start,
        spine.month_end,
        spine.is_complete
)

select * from mrr_by_month
