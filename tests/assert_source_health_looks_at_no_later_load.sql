-- Invariant: on each day a source is complete through the day before its last load by then (L16).
-- Grain: entity, source, day.
-- A row: a past day is told with loads that came later, or without one that had come.
-- Then: compare int_streams_by_day of that day with the stamps of the source's rows.
with

-- Sources with one account that no load log speaks for: the stamps of their rows are all there is.
health as (
    select
        entity_id,
        source_name,
        health_date,
        complete_through_date
    from {{ ref('int_source_health_by_day') }}
    where not is_logged
),

several as (
    select
        entity_id,
        source_name
    from {{ ref('int_source_relations') }}
    group by entity_id, source_name
    having count(*) > 1
),

stamps as (
    select
        source_rows.entity_id,
        source_rows.source_name,
        {{ accounting_date('source_rows.synced_at', 'entities.timezone') }} as stamp_date
    from {{ ref('int_source_rows') }} as source_rows
    inner join {{ ref('int_entities') }} as entities
        on source_rows.entity_id = entities.entity_id
    where source_rows.synced_at is not null
    group by
        source_rows.entity_id,
        source_rows.source_name,
        {{ accounting_date('source_rows.synced_at', 'entities.timezone') }}
),

compared as (
    select
        health.entity_id,
        health.source_name,
        health.health_date,
        health.complete_through_date,
        max(cast({{ dbt.dateadd('day', -1, 'stamps.stamp_date') }} as date)) as stamped_through_date
    from health
    left join several
        on
            health.entity_id = several.entity_id
            and health.source_name = several.source_name
    left join stamps
        on
            health.entity_id = stamps.entity_id
            and health.source_name = stamps.source_name
            and stamps.stamp_date <= {{ dbt.dateadd('day', 1, 'health.health_date') }}
    where several.source_name is null
    group by
        health.entity_id,
        health.source_name,
        health.health_date,
        health.complete_through_date
)

select * from compared
where (complete_through_date is distinct from stamped_through_date)
