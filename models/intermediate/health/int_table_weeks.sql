-- grain: one row per entity_id, source_name, relation_key, table_name, weeks_ago
with

table_health as (
    select * from {{ ref('int_table_health') }}
),

table_loads as (
    select * from {{ ref('int_table_loads') }}
),

table_cadences as (
    select * from {{ ref('int_table_cadences') }}
),

week_numbers as (
    {{ dbt.generate_series(53) }}
),

-- A table is compared over the weeks since its own first load, as many as policy says.
spans as (
    select
        table_health.entity_id,
        table_health.source_name,
        table_health.relation_key,
        table_health.table_name,
        table_health.last_load_date,
        table_cadences.weekday_weeks,
        {{ dbt.datediff(
            'min(table_loads.load_date)', 'table_health.last_load_date', 'day'
        ) }} as loaded_days
    from table_health
    inner join table_loads
        on
            table_health.entity_id = table_loads.entity_id
            and table_health.source_name = table_loads.source_name
            and table_health.relation_key = table_loads.relation_key
            and table_health.table_name = table_loads.table_name
    inner join table_cadences
        on
            table_health.source_name = table_cadences.source_name
            and table_health.table_name = table_cadences.table_name
    group by
        table_health.entity_id,
        table_health.source_name,
        table_health.relation_key,
        table_health.table_name,
        table_health.last_load_date,
        table_cadences.weekday_weeks
),

weekdays as (
    select
        spans.*,
        cast(week_numbers.generated_number - 1 as integer) as weeks_ago
    from spans
    inner join week_numbers
        on
            spans.weekday_weeks >= week_numbers.generated_number - 1
            and spans.loaded_days >= 7 * (week_numbers.generated_number - 1)
),

-- Week 0 is the last load of the source. A week in which nothing came counts as none.
table_weeks as (
    select
        weekdays.entity_id,
        weekdays.source_name,
        weekdays.relation_key,
        weekdays.table_name,
        weekdays.weeks_ago,
        coalesce(table_loads.row_count, 0) as row_count
    from weekdays
    left join table_loads
        on
            weekdays.entity_id = table_loads.entity_id
            and weekdays.source_name = table_loads.source_name
            and weekdays.relation_key = table_loads.relation_key
            and weekdays.table_name = table_loads.table_name
            and {{ dbt.datediff('table_loads.load_date', 'weekdays.last_load_date', 'day') }}
            = 7 * weekdays.weeks_ago
)

select * from table_weeks
