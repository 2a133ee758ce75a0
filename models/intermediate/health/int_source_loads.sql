-- grain: one row per entity_id, source_name, relation_key, table_key, load_date, is_logged
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
    where synced_at is not null
),

loads as (
    select * from {{ ref('int_loads') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

first_logged as (
    select
        entity_id,
        source_name,
        relation_key,
        min(load_date) as first_logged_date
    from loads
    group by entity_id, source_name, relation_key
),

stamped as (
    select
        source_rows.entity_id,
        source_rows.source_name,
        coalesce(source_rows.source_relation, '-') as relation_key,
        {{ accounting_date('source_rows.synced_at', 'entities.timezone') }} as load_date
    from source_rows
    inner join entities
        on source_rows.entity_id = entities.entity_id
),

stamped_days as (
    select
        entity_id,
        source_name,
        relation_key,
        load_date
    from stamped
    group by entity_id, source_name, relation_key, load_date
),

-- From the day on which a log begins, only what it calls a success is a load: rows of a run that broke
-- off are stamped too. A day of nothing but failures is kept, it shows that there is a log.
source_loads as (
    select
        stamped_days.entity_id,
        stamped_days.source_name,
        stamped_days.relation_key,
        '-' as table_key,
        stamped_days.load_date,
        false as is_logged,
        cast({{ dbt.dateadd('day', -1, 'stamped_days.load_date') }} as date)
            as complete_through_date
    from stamped_days
    left join first_logged
        on
            stamped_days.entity_id = first_logged.entity_id
            and stamped_days.source_name = first_logged.source_name
            and stamped_days.relation_key = first_logged.relation_key
    where
        first_logged.first_logged_date is null
        or stamped_days.load_date < first_logged.first_logged_date
    union all
    select
        entity_id,
        source_name,
        relation_key,
        table_key,
        load_date,
        true as is_logged,
        max(case when is_success then complete_through_date end) as complete_through_date
    from loads
    group by entity_id, source_name, relation_key, table_key, load_date
)

select * from source_loads
