-- grain: one row per entity_id, client_key, service_key, period_start_date
with

usage_counts as (
    select * from {{ ref('int_usage_counts') }}
),

usage_counts_by_month as (
    select
        entity_id,
        client_key,
        service_key,
        period_start_date,
        cast(sum(average_millionths) as {{ dbt.type_bigint() }}) as counted_average_millionths,
        cast(sum(last_millionths) as {{ dbt.type_bigint() }}) as counted_last_millionths,
        max(case when is_estimated then 1 else 0 end) = 1 as is_estimated,
        max(unit_cost) as unit_cost,
        max(currency_code) as cost_currency_code
    from usage_counts
    group by entity_id, client_key, service_key, period_start_date
)

select * from usage_counts_by_month
