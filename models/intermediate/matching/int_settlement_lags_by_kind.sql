-- grain: one row per leg, event_type, processor_name, currency_code
with

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

settlement_lags as (
    select * from {{ ref('settlement_lags') }}
),

kinds as (
    select distinct
        leg,
        event_type,
        processor_name,
        currency_code
    from expected_items
),

-- The most specific lag wins: what names the event, then what names the processor, then the currency.
ranked_lags as (
    select
        kinds.leg,
        kinds.event_type,
        kinds.processor_name,
        kinds.currency_code,
        settlement_lags.calendar_name,
        settlement_lags.lag_business_days,
        row_number() over (
            partition by
                kinds.leg, kinds.event_type, kinds.processor_name, kinds.currency_code
            order by
                case when settlement_lags.event_type is null then 1 else 0 end asc,
                case when settlement_lags.processor_name is null then 1 else 0 end asc,
                case when settlement_lags.currency_code is null then 1 else 0 end asc,
                settlement_lags.lag_business_days desc,
                settlement_lags.calendar_name asc
        ) as lag_rank
    from kinds
    inner join settlement_lags
        on
            kinds.leg = settlement_lags.leg
            and coalesce(settlement_lags.event_type, kinds.event_type) = kinds.event_type
            and coalesce(settlement_lags.processor_name, kinds.processor_name, '')
            = coalesce(kinds.processor_name, '')
            and coalesce(settlement_lags.currency_code, kinds.currency_code) = kinds.currency_code
),

lags_by_kind as (
    select
        leg,
        event_type,
        processor_name,
        currency_code,
        calendar_name,
        lag_business_days
    from ranked_lags
    where lag_rank = 1
)

select * from lags_by_kind
