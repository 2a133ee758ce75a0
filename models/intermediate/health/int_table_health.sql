-- grain: one row per entity_id, source_name, relation_key, table_name
with

source_relations as (
    select * from {{ ref('int_source_relations') }}
),

source_columns as (
    select * from {{ ref('int_source_columns') }}
),

stream_health as (
    select * from {{ ref('int_stream_health_by_day') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

tables as (
    select distinct
        source_name,
        table_name,
        is_table_landed
    from source_columns
),

-- What a log tells of a table counts for it, else what is told of the whole account.
ranked as (
    select
        source_relations.entity_id,
        source_relations.source_name,
        source_relations.relation_key,
        tables.table_name,
        tables.is_table_landed,
        entities.as_of_date,
        stream_health.complete_through_date,
        stream_health.last_load_date,
        stream_health.days_behind,
        coalesce(stream_health.is_logged, false) as is_logged,
        coalesce(stream_health.status, 'unknown') as status,
        row_number() over (
            partition by
                source_relations.entity_id,
                source_relations.source_name,
                source_relations.relation_key,
                tables.table_name
            order by case when stream_health.table_key = '-' then 1 else 0 end
        ) as precedence
    from source_relations
    inner join tables
        on source_relations.source_name = tables.source_name
    inner join entities
        on source_relations.entity_id = entities.entity_id
    left join stream_health
        on
            source_relations.entity_id = stream_health.entity_id
            and source_relations.source_name = stream_health.source_name
            and source_relations.relation_key = stream_health.relation_key
            and stream_health.table_key in ('-', tables.table_name)
            and entities.as_of_date = stream_health.health_date
),

table_health as (
    select
        entity_id,
        source_name,
        relation_key,
        table_name,
        is_table_landed,
        as_of_date,
        complete_through_date,
        last_load_date,
        days_behind,
        is_logged,
        status
    from ranked
    where precedence = 1
)

select * from table_health
