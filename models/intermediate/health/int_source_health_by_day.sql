-- grain: one row per entity_id, source_name, health_date
with

stream_health as (
    select * from {{ ref('int_stream_health_by_day') }}
),

ranked as (
    select
        *,
        case status when 'failed' then 3 when 'late' then 2 when 'unknown' then 1 else 0 end
            as severity
    from stream_health
),

worst as (
    select
        entity_id,
        source_name,
        health_date,
        max(severity) as severity
    from ranked
    group by entity_id, source_name, health_date
),

-- A source is as far as the slowest of what it brings; among those that are late, when one is.
source_health_by_day as (
    select
        ranked.entity_id,
        ranked.source_name,
        ranked.health_date,
        min(ranked.complete_through_date) as complete_through_date,
        max(ranked.days_behind) as days_behind,
        max(case when ranked.is_logged then 1 else 0 end) = 1 as is_logged,
        case max(worst.severity)
            when 3 then 'failed'
            when 2 then 'late'
            when 1 then 'unknown'
            else 'healthy'
        end as status
    from ranked
    inner join worst
        on
            ranked.entity_id = worst.entity_id
            and ranked.source_name = worst.source_name
            and ranked.health_date = worst.health_date
    where worst.severity < 2 or ranked.severity >= 2
    group by ranked.entity_id, ranked.source_name, ranked.health_date
)

select * from source_health_by_day
