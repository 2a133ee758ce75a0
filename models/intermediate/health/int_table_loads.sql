-- grain: one row per entity_id, source_name, relation_key, table_name, load_date
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
    where synced_at is not null
),

entities as (
    select * from {{ ref('int_entities') }}
),

stamped as (
    select
        source_rows.entity_id,
        source_rows.source_name,
        coalesce(source_rows.source_relation, '-') as relation_key,
        source_rows.source_table as table_name,
        {{ accounting_date('source_rows.synced_at', 'entities.timezone') }} as load_date
    from source_rows
    inner join entities
        on source_rows.entity_id = entities.entity_id
),

table_loads as (
    select
        entity_id,
        source_name,
        relation_key,
        table_name,
        load_date,
        count(*) as row_count
    from stamped
    group by entity_id, source_name, relation_key, table_name, load_date
)

select * from table_loads
