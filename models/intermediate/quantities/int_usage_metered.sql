-- grain: one row per entity_id, client_key, service_key, period_start_date
with

metered as (
    select * from {{ ref('int_usage_rows') }}
    where kind = 'metered' and mapping_class <> 'excluded'
),

usage_metered as (
    select
        entity_id,
        client_key,
        service_key,
        period_start_date,
        cast(sum(quantity_millionths) as {{ dbt.type_bigint() }}) as metered_quantity_millionths,
        cast(count(*) as {{ dbt.type_bigint() }}) as event_count,
        max(case when is_estimated then 1 else 0 end) = 1 as is_estimated
    from metered
    group by entity_id, client_key, service_key, period_start_date
)

select * from usage_metered
