-- grain: one row per leg, entity_id, currency_code, as_of_day
with

drift as (
    select * from {{ ref('int_drift_by_day') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

drift_daily as (
    select
        drift.leg,
        drift.entity_id,
        drift.currency_code,
        drift.calendar_date as as_of_day,
        cast(drift.unmatched_count as bigint) as unmatched_count,
        {{ major_units('drift.unmatched_gross_minor', 'currencies.exponent') }}
            as unmatched_gross_amount,
        {{ major_units('drift.unmatched_expected_minor', 'currencies.exponent') }}
            as unmatched_expected_amount,
        {{ major_units('drift.unmatched_recorded_minor', 'currencies.exponent') }}
            as unmatched_recorded_amount,
        cast(drift.matched_count as bigint) as cumulative_matched_count,
        {{ major_units('drift.matched_gross_minor', 'currencies.exponent') }}
            as cumulative_matched_gross_amount,
        {{ share_of(
            'drift.matched_count', 'drift.matched_count + greatest(drift.unmatched_count, 0)'
        ) }} as match_rate_by_count,
        -- Never below nothing, so that a wrong history is a red control and not a failed cast.
        {{ share_of(
            'drift.matched_gross_minor',
            'drift.matched_gross_minor + greatest(drift.unmatched_gross_minor, 0)'
        ) }} as match_rate_by_value,
        cast(lag(drift.unmatched_count, 7) over (
            partition by drift.leg, drift.entity_id, drift.currency_code
            order by drift.calendar_date asc
        ) as bigint) as unmatched_count_a_week_ago,
        cast(drift.unmatched_count - lag(drift.unmatched_count, 7) over (
            partition by drift.leg, drift.entity_id, drift.currency_code
            order by drift.calendar_date asc
        ) as bigint) as unmatched_count_growth,
        {{ major_units(
            'drift.unmatched_gross_minor - lag(drift.unmatched_gross_minor, 7) over ('
            'partition by drift.leg, drift.entity_id, drift.currency_code '
            'order by drift.calendar_date asc)',
            'currencies.exponent'
        ) }} as unmatched_gross_growth_amount
    from drift
    inner join currencies
        on drift.currency_code = currencies.currency_code
)

select * from drift_daily
