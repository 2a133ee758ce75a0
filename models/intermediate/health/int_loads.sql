-- grain: one row per load_id
with

logged_loads as (
    select * from {{ ref('stg_load_log__loads') }}
    where quarantine_reason is null and ignore_reason is null
),

source_roles as (
    select distinct source_name
    from {{ ref('int_source_roles') }}
),

entities as (
    select * from {{ ref('entities') }}
),

known_entities as (
    select * from {{ ref('int_entities') }}
),

named as (
    select
        logged_loads.*,
        coalesce(nullif(entities.entity_id, ''), 'main') as entity_id
    from logged_loads
    inner join source_roles
        on logged_loads.loaded_source_name = source_roles.source_name
    left join entities
        on
            logged_loads.loaded_source_name = entities.source_name
            and coalesce(logged_loads.loaded_source_relation, '')
            = coalesce(entities.source_relation, '')
),

-- A run delivers the day before it began to read, unless it says up to when all is there: one that
-- is complete until the last second of a day, or until midnight after it, has that day.
loads as (
    select
        named.load_id,
        named.entity_id,
        named.loaded_source_name as source_name,
        coalesce(named.loaded_source_relation, '-') as relation_key,
        coalesce(named.loaded_table_name, '-') as table_key,
        named.status = 'success' as is_success,
        {{ accounting_date('named.finished_at', 'known_entities.timezone') }} as load_date,
        cast({{ dbt.dateadd(
            'day', -1, accounting_date(
                'coalesce('
                ~ dbt.dateadd('second', 1, 'named.complete_through_at')
                ~ ', named.started_at, named.finished_at)',
                'known_entities.timezone'
            )
        ) }} as date) as complete_through_date
    from named
    inner join known_entities
        on named.entity_id = known_entities.entity_id
)

select * from loads
