-- grain: one row per source_name, source_table, entity_id, source_record_id
with

accrual_candidates as (
    select * from {{ ref('int_accrual_candidates') }}
),

-- In the columns of int_rows_without_rate. A rate of a day to come is not missing yet.
accruals_without_rate as (
    select
        source_name,
        source_table,
        entity_id,
        source_record_id,
        cast(null as {{ dbt.type_string() }}) as source_relation,
        1 as version_number,
        currency_code,
        cast(max(full_amount_minor) as bigint) as amount_minor,
        min(first_date) as rate_date,
        cast(min(first_date) as {{ dbt.type_timestamp() }}) as recorded_at,
        'missing_rate' as reason
    from accrual_candidates
    where multiplier is null and first_date <= as_of_date
    group by
        source_name,
        source_table,
        entity_id,
        source_record_id,
        currency_code
)

select * from accruals_without_rate
