-- grain: one row per leg, event_type, processor_name, currency_code, item_date
with

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

lags as (
    select * from {{ ref('int_settlement_lags_by_kind') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

days_of_kinds as (
    select distinct
        leg,
        event_type,
        processor_name,
        currency_code,
        item_date
    from expected_items
),

due_dates as (
    select
        days_of_kinds.leg,
        days_of_kinds.event_type,
        days_of_kinds.processor_name,
        days_of_kinds.currency_code,
        days_of_kinds.item_date,
        case
            when lags.lag_business_days = 0 then days_of_kinds.item_date
            else coalesce(due_days.calendar_date, days_of_kinds.item_date)
        end as due_date
    from days_of_kinds
    inner join lags
        on
            days_of_kinds.leg = lags.leg
            and days_of_kinds.event_type = lags.event_type
            and coalesce(days_of_kinds.processor_name, '') = coalesce(lags.processor_name, '')
            and days_of_kinds.currency_code = lags.currency_code
    left join business_days as item_days
        on
            lags.calendar_name = item_days.calendar_name
            and days_of_kinds.item_date = item_days.calendar_date
    left join business_days as due_days
        on
            item_days.calendar_name = due_days.calendar_name
            and item_days.business_day_number + lags.lag_business_days
            = due_days.business_day_number
            and due_days.is_business_day
)

select * from due_dates
