-- grain: one row per leg, event_type, currency_code, item_date
with

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

settlement_lags as (
    select * from {{ ref('settlement_lags') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

kinds as (
    select distinct
        leg,
        event_type,
        currency_code,
        item_date
    from expected_items
),

-- The most specific lag wins: by event and currency, then by event, then for the leg.
kinds_with_lags as (
    select
        kinds.leg,
        kinds.event_type,
        kinds.currency_code,
        kinds.item_date,
        settlement_lags.calendar_name,
        settlement_lags.lag_business_days,
        row_number() over (
            partition by kinds.leg, kinds.event_type, kinds.currency_code, kinds.item_date
            order by
                case when settlement_lags.event_type is null then 1 else 0 end asc,
                case when settlement_lags.currency_code is null then 1 else 0 end asc,
                settlement_lags.lag_business_days desc,
                settlement_lags.calendar_name asc
        ) as lag_rank
    from kinds
    inner join settlement_lags
        on
            kinds.leg = settlement_lags.leg
            and coalesce(settlement_lags.event_type, kinds.event_type) = kinds.event_type
            and coalesce(settlement_lags.currency_code, kinds.currency_code) = kinds.currency_code
),

due_dates as (
    select
        kinds_with_lags.leg,
        kinds_with_lags.event_type,
        kinds_with_lags.currency_code,
        kinds_with_lags.item_date,
        case
            when kinds_with_lags.lag_business_days = 0 then kinds_with_lags.item_date
            else coalesce(due_days.calendar_date, kinds_with_lags.item_date)
        end as due_date
    from kinds_with_lags
    left join business_days as item_days
        on
            kinds_with_lags.calendar_name = item_days.calendar_name
            and kinds_with_lags.item_date = item_days.calendar_date
    left join business_days as due_days
        on
            item_days.calendar_name = due_days.calendar_name
            and item_days.business_day_number + kinds_with_lags.lag_business_days
            = due_days.business_day_number
            and due_days.is_business_day
    where kinds_with_lags.lag_rank = 1
)

select * from due_dates
