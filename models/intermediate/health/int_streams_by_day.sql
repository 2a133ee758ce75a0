-- grain: one row per entity_id, source_name, relation_key, table_key, health_date
with

stream_loads as (
    select * from {{ ref('int_stream_loads') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

calendar as (
    select distinct calendar_date
    from business_days
),

-- What nobody has loaded by the as-of date still has that one day, on which nothing is known of it.
first_days as (
    select
        stream_loads.entity_id,
        stream_loads.source_name,
        stream_loads.relation_key,
        stream_loads.table_key,
        entities.as_of_date,
        least(
            coalesce(min(stream_loads.delivered_date), entities.as_of_date), entities.as_of_date
        ) as first_date
    from stream_loads
    inner join entities
        on stream_loads.entity_id = entities.entity_id
    group by
        stream_loads.entity_id,
        stream_loads.source_name,
        stream_loads.relation_key,
        stream_loads.table_key,
        entities.as_of_date
),

days as (
    select
        first_days.entity_id,
        first_days.source_name,
        first_days.relation_key,
        first_days.table_key,
        calendar.calendar_date as health_date
    from first_days
    inner join calendar
        on calendar.calendar_date between first_days.first_date and first_days.as_of_date
),

delivered as (
    select
        entity_id,
        source_name,
        relation_key,
        table_key,
        delivered_date,
        max(complete_through_date) as complete_through_date,
        max(case when complete_through_date is not null then load_date end) as load_date,
        max(case when is_logged then 1 else 0 end) as logged_count
    from stream_loads
    group by
        entity_id,
        source_name,
        relation_key,
        table_key,
        delivered_date
),

-- A day is judged by what was there on the morning after it.
running as (
    select
        days.*,
        max(delivered.complete_through_date) over (
            partition by days.entity_id, days.source_name, days.relation_key, days.table_key
            order by days.health_date asc
            rows between unbounded preceding and current row
        ) as reached_date,
        max(delivered.load_date) over (
            partition by days.entity_id, days.source_name, days.relation_key, days.table_key
            order by days.health_date asc
            rows between unbounded preceding and current row
        ) as last_load_date,
        max(delivered.logged_count) over (
            partition by days.entity_id, days.source_name, days.relation_key, days.table_key
            order by days.health_date asc
            rows between unbounded preceding and current row
        ) as logged_count
    from days
    left join delivered
        on
            days.entity_id = delivered.entity_id
            and days.source_name = delivered.source_name
            and days.relation_key = delivered.relation_key
            and days.table_key = delivered.table_key
            and days.health_date = delivered.delivered_date
),

streams_by_day as (
    select
        entity_id,
        source_name,
        relation_key,
        table_key,
        health_date,
        last_load_date,
        coalesce(logged_count, 0) = 1 as is_logged,
        -- Not by least(): it would take a date for something when the other is nothing.
        case
            when reached_date < health_date then reached_date
            when reached_date >= health_date then health_date
        end as complete_through_date
    from running
)

select * from streams_by_day
