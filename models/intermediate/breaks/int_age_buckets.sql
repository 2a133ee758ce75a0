-- grain: one row per minimum_age_days
with

exception_age_buckets as (
    select * from {{ ref('exception_age_buckets') }}
),

age_buckets as (
    select
        bucket_name as age_bucket,
        minimum_age_days,
        lead(minimum_age_days) over (order by minimum_age_days asc) as next_minimum_age_days
    from exception_age_buckets
)

select * from age_buckets
