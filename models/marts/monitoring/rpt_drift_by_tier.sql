-- grain: one row per leg, entity_id, currency_code, as_of_day, match_tier, match_rule
with

drift as (
    select * from {{ ref('int_drift_by_tier') }}
),

days as (
    select * from {{ ref('int_drift_by_day') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

drift_by_tier as (
    select
        drift.leg,
        drift.entity_id,
        drift.currency_code,
        days.calendar_date as as_of_day,
        drift.match_tier,
        drift.match_rule,
        drift.matched_count as cumulative_matched_count,
        {{ major_units('drift.matched_gross_minor', 'currencies.exponent') }}
            as cumulative_matched_gross_amount,
        {{ share_of('drift.matched_count', 'days.matched_count') }} as share_by_count,
        {{ share_of('drift.matched_gross_minor', 'days.matched_gross_minor') }} as share_by_value
    from drift
    inner join days
        on
            drift.leg = days.leg
            and drift.entity_id = days.entity_id
            and drift.currency_code = days.currency_code
            and drift.from_date <= days.calendar_date
            and (drift.until_date is null or drift.until_date > days.calendar_date)
    inner join currencies
        on drift.currency_code = currencies.currency_code
)

select * from drift_by_tier
