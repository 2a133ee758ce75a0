-- grain: one row per calendar_date
with

business_days as (
    select * from {{ ref('int_business_days') }}
),

items as (
    select * from {{ ref('int_items') }}
),

bounds as (
    select
        min(item_date) as first_date,
        max(item_date) as last_date
    from items
),

dates as (
    select
        business_days.calendar_date,
        cast({{ dbt.date_trunc('month', 'business_days.calendar_date') }} as date) as month_start,
        cast({{ dbt.last_day('business_days.calendar_date', 'month') }} as date) as month_end,
        cast({{ dbt.date_trunc('quarter', 'business_days.calendar_date') }} as date)
            as quarter_start,
        cast({{ dbt.date_trunc('year', 'business_days.calendar_date') }} as date) as year_start,
        max(
            case when business_days.calendar_name = 'us_federal' then
                    case when business_days.is_business_day then 1 else 0 end
            end
        ) = 1 as is_us_federal_business_day,
        max(
            case when business_days.calendar_name = 'target' then
                    case when business_days.is_business_day then 1 else 0 end
            end
        ) = 1 as is_target_business_day
    from business_days
    inner join bounds
        on business_days.calendar_date between bounds.first_date and bounds.last_date
    group by business_days.calendar_date
)

select * from dates
