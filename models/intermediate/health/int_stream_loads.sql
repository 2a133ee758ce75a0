-- grain: one row per entity_id, source_name, relation_key, table_key, load_date, is_logged, covers_all
with

source_relations as (
    select * from {{ ref('int_source_relations') }}
),

source_loads as (
    select * from {{ ref('int_source_loads') }}
),

logged_tables as (
    select
        entity_id,
        source_name,
        relation_key,
        table_key
    from source_loads
    where table_key <> '-'
    group by entity_id, source_name, relation_key, table_key
),

-- What a log tells table by table is followed table by table, everything else as one stream.
streams as (
    select
        source_relations.entity_id,
        source_relations.source_name,
        source_relations.relation_key,
        coalesce(logged_tables.table_key, '-') as table_key
    from source_relations
    left join logged_tables
        on
            source_relations.entity_id = logged_tables.entity_id
            and source_relations.source_name = logged_tables.source_name
            and source_relations.relation_key = logged_tables.relation_key
),

-- A load of everything is a load of each table; a stream that was never loaded keeps its one row.
stream_loads as (
    select
        streams.entity_id,
        streams.source_name,
        streams.relation_key,
        streams.table_key,
        source_loads.load_date,
        cast({{ dbt.dateadd('day', -1, 'source_loads.load_date') }} as date) as delivered_date,
        source_loads.is_logged,
        source_loads.table_key = '-' as covers_all,
        source_loads.complete_through_date
    from streams
    left join source_loads
        on
            streams.entity_id = source_loads.entity_id
            and streams.source_name = source_loads.source_name
            and streams.relation_key = source_loads.relation_key
            and source_loads.table_key in ('-', streams.table_key)
)

select * from stream_loads
