-- grain: one row per entity_id, source_name
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
),

source_health as (
    select * from {{ ref('int_source_health_by_day') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- What is counted, agreed, metered as an event or itemised elsewhere is compared and never posted: the
-- books are complete without it, and a register of agreements lands only when one changes.
posted as (
    select distinct
        entity_id,
        source_name
    from source_rows
    where
        not ({{ plays_role('source_name', 'agreement_sources') }})
        and not ({{ plays_role('source_name', 'count_sources') }})
        and not ({{ plays_role('source_name', 'psa_sources') }})
        and source_table not in ('usage_event', 'meter_event_summary')
),

posted_sources as (
    select
        posted.entity_id,
        posted.source_name,
        source_health.complete_through_date,
        source_health.status
    from posted
    inner join entities
        on posted.entity_id = entities.entity_id
    inner join source_health
        on
            posted.entity_id = source_health.entity_id
            and posted.source_name = source_health.source_name
            and entities.as_of_date = source_health.health_date
)

select * from posted_sources
