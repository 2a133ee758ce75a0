-- grain: one row per source_name, source_table, source_relation, source_record_id, version_number
with

logged_loads as (
    select * from {{ ref('stg_load_log__loads') }}
    where ignore_reason is null and quarantine_reason is not null
),

entities as (
    select * from {{ ref('entities') }}
),

-- A run of a source that is on no list is of no interest; one that cannot be read might have been.
unreadable_loads as (
    select
        logged_loads.source_name,
        logged_loads.source_table,
        logged_loads.source_relation,
        logged_loads.source_record_id,
        logged_loads.version_number,
        coalesce(nullif(entities.entity_id, ''), 'main') as entity_id,
        logged_loads.quarantine_reason as reason,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as {{ dbt.type_bigint() }}) as amount_minor,
        logged_loads.recorded_at
    from logged_loads
    left join entities
        on
            logged_loads.loaded_source_name = entities.source_name
            and coalesce(logged_loads.loaded_source_relation, '')
            = coalesce(entities.source_relation, '')
)

select * from unreadable_loads
