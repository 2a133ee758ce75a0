-- grain: one row per leg, entity_id, currency_code, as_of_day, cause, age_bucket
with

drift as (
    select * from {{ ref('int_drift_by_cause') }}
),

days as (
    select * from {{ ref('int_drift_by_day') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

drift_by_cause as (
    select
        drift.leg,
        drift.entity_id,
        drift.currency_code,
        days.calendar_date as as_of_day,
        drift.cause,
        drift.age_bucket,
        drift.open_count,
        {{ major_units('drift.open_gross_minor', 'currencies.exponent') }} as open_gross_amount
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

select * from drift_by_cause
