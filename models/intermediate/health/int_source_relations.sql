-- grain: one row per entity_id, source_name, relation_key
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
),

loads as (
    select * from {{ ref('int_loads') }}
),

source_roles as (
    select distinct source_name
    from {{ ref('int_source_roles') }}
),

named_relations as (
    select * from {{ ref('entities') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

seen as (
    select
        entity_id,
        source_name,
        coalesce(source_relation, '-') as relation_key
    from source_rows
    group by entity_id, source_name, coalesce(source_relation, '-')
    union
    select
        entity_id,
        source_name,
        relation_key
    from loads
    union
    select
        coalesce(nullif(entity_id, ''), 'main') as entity_id,
        source_name,
        coalesce(source_relation, '-') as relation_key
    from named_relations
),

-- A source that has come for nobody is missing for everybody.
unseen as (
    select
        entities.entity_id,
        source_roles.source_name,
        '-' as relation_key
    from source_roles
    cross join entities
    where source_roles.source_name not in (select seen.source_name from seen)
),

source_relations as (
    select
        seen.entity_id,
        seen.source_name,
        seen.relation_key
    from seen
    inner join source_roles
        on seen.source_name = source_roles.source_name
    inner join entities
        on seen.entity_id = entities.entity_id
    union all
    select * from unseen
)

select * from source_relations
