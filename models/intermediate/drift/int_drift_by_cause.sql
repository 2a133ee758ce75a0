-- grain: one row per leg, entity_id, currency_code, cause, age_bucket, from_date
with

changes as (
    select * from {{ ref('int_drift_cause_changes') }}
),

-- Totals stand from one change to the next; nothing is stored per day.
totals as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        age_bucket,
        change_date as from_date,
        lead(change_date) over (
            partition by leg, entity_id, currency_code, cause, age_bucket
            order by change_date asc
        ) as until_date,
        cast(sum(open_count) over (
            partition by leg, entity_id, currency_code, cause, age_bucket
            order by change_date asc
            rows between unbounded preceding and current row
        ) as {{ dbt.type_bigint() }}) as open_count,
        cast(sum(open_gross_minor) over (
            partition by leg, entity_id, currency_code, cause, age_bucket
            order by change_date asc
            rows between unbounded preceding and current row
        ) as {{ dbt.type_bigint() }}) as open_gross_minor
    from changes
),

drift_by_cause as (
    select *
    from totals
    where open_count <> 0
)

select * from drift_by_cause
