-- grain: one row per usage_period_id
with

usage_assigned as (
    select * from {{ ref('int_usage_assigned') }}
),

usage_to_date as (
    select * from {{ ref('int_usage_to_date') }}
),

counted as (
    select
        usage_period_id,
        min(customer_id) as customer_id,
        count(*) as record_count,
        sum(case when is_late then 1 else 0 end) as late_record_count,
        min(case when not is_late then occurred_date end) as first_usage_date,
        max(case when not is_late then occurred_date end) as last_usage_date
    from usage_assigned
    group by usage_period_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by usage_period_id, usage_scope order by usage_date desc
        ) as rank_from_last
    from usage_to_date
),

last_rows as (
    select
        usage_period_id,
        max(case when usage_scope = 'accrued' then quantity_millionths end) as quantity_millionths,
        max(case when usage_scope = 'accrued' then rated_amount_minor end) as rated_amount_minor,
        max(case when usage_scope = 'with_late' then quantity_millionths end)
            as quantity_with_late,
        max(case when usage_scope = 'with_late' then rated_amount_minor end) as rated_with_late
    from ranked
    where rank_from_last = 1
    group by usage_period_id
),

-- What came late is what the quantity and the amount would rise by, had it come in time.
usage_totals as (
    select
        counted.usage_period_id,
        counted.customer_id,
        counted.record_count,
        counted.late_record_count,
        counted.first_usage_date,
        counted.last_usage_date,
        coalesce(last_rows.quantity_millionths, 0) as quantity_millionths,
        case
            when last_rows.rated_with_late is null then last_rows.rated_amount_minor
            else coalesce(last_rows.rated_amount_minor, 0)
        end as rated_amount_minor,
        case
            when counted.late_record_count = 0 then 0
            else last_rows.quantity_with_late - coalesce(last_rows.quantity_millionths, 0)
        end as late_quantity_millionths,
        case
            when counted.late_record_count = 0 then 0
            else last_rows.rated_with_late - coalesce(last_rows.rated_amount_minor, 0)
        end as late_amount_minor
    from counted
    inner join last_rows
        on counted.usage_period_id = last_rows.usage_period_id
)

select * from usage_totals
