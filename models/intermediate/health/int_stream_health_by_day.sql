-- grain: one row per entity_id, source_name, relation_key, table_key, health_date
with

streams_by_day as (
    select * from {{ ref('int_streams_by_day') }}
),

cadences as (
    select * from {{ ref('source_cadences') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

streams as (
    select distinct
        source_name,
        table_key
    from streams_by_day
),

ranked as (
    select
        streams.source_name,
        streams.table_key,
        cadences.calendar_name,
        cadences.late_after_days,
        cadences.failed_after_days,
        cadences.quiet_days,
        row_number() over (
            partition by streams.source_name, streams.table_key
            order by
                case when cadences.source_name is null then 1 else 0 end,
                case when cadences.table_name is null then 1 else 0 end,
                cadences.table_name
        ) as precedence
    from streams
    inner join cadences
        on
            coalesce(cadences.source_name, streams.source_name) = streams.source_name
            and coalesce(cadences.table_name, streams.table_key) = streams.table_key
),

-- Days that a calendar does not count are missed by nobody.
behind as (
    select
        streams_by_day.*,
        ranked.late_after_days,
        ranked.failed_after_days,
        case when streams_by_day.is_logged then 0 else ranked.quiet_days end as quiet_days,
        case
            when ranked.calendar_name is null
                then {{ dbt.datediff(
                    'streams_by_day.complete_through_date', 'streams_by_day.health_date', 'day'
                ) }}
            else today.business_day_number - reached.business_day_number
        end as days_behind
    from streams_by_day
    left join ranked
        on
            streams_by_day.source_name = ranked.source_name
            and streams_by_day.table_key = ranked.table_key
            and ranked.precedence = 1
    left join business_days as today
        on
            ranked.calendar_name = today.calendar_name
            and streams_by_day.health_date = today.calendar_date
    left join business_days as reached
        on
            ranked.calendar_name = reached.calendar_name
            and streams_by_day.complete_through_date = reached.calendar_date
),

stream_health_by_day as (
    select
        entity_id,
        source_name,
        relation_key,
        table_key,
        health_date,
        complete_through_date,
        last_load_date,
        is_logged,
        cast(days_behind as integer) as days_behind,
        case
            when days_behind is null or late_after_days is null then 'unknown'
            when days_behind >= failed_after_days + quiet_days then 'failed'
            when days_behind >= late_after_days + quiet_days then 'late'
            else 'healthy'
        end as status
    from behind
)

select * from stream_health_by_day
