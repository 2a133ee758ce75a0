-- grain: one row per entity_id, source_name, complete_through_date
with

source_health as (
    select * from {{ ref('int_source_health_by_day') }}
),

-- While a source is behind, each step it stands still at is one row. What is not known to be late is
-- no outage: a source nobody has ever loaded would else put off every verdict for good.
source_outages as (
    select
        entity_id,
        source_name,
        complete_through_date,
        min(health_date) as late_from_date,
        max(health_date) as late_to_date
    from source_health
    where status in ('late', 'failed') and complete_through_date is not null
    group by entity_id, source_name, complete_through_date
)

select * from source_outages
