-- grain: one row per entity_id, source_name
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
),

-- What is counted, agreed, metered as an event or itemised elsewhere is compared and never posted: the
-- books are complete without it, and a register of agreements lands only when one changes.
posted_sources as (
    select distinct
        entity_id,
        source_name
    from source_rows
    where
        not ({{ plays_role('source_name', 'agreement_sources') }})
        and not ({{ plays_role('source_name', 'count_sources') }})
        and not ({{ plays_role('source_name', 'psa_sources') }})
        and source_table not in ('usage_event', 'meter_event_summary')
)

select * from posted_sources
