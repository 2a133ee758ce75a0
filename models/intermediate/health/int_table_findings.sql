-- grain: one row per entity_id, source_name, relation_key, table_name
with

table_health as (
    select * from {{ ref('int_table_health') }}
),

expectations as (
    select * from {{ ref('int_table_expectations') }}
),

-- The first that holds is what is said of the table.
table_findings as (
    select
        table_health.entity_id,
        table_health.source_name,
        table_health.relation_key,
        table_health.table_name,
        table_health.as_of_date,
        table_health.complete_through_date,
        table_health.last_load_date,
        table_health.days_behind,
        table_health.is_logged,
        expectations.rows_loaded,
        expectations.rows_expected,
        expectations.share_of_expected,
        coalesce(expectations.week_count, 0) as week_count,
        case
            when not table_health.is_table_landed then 'not_landed'
            when table_health.status = 'unknown' then 'never_loaded'
            when table_health.status in ('failed', 'late') then table_health.status
            when expectations.has_too_few_rows then 'fewer_rows'
            when expectations.rows_loaded is null then 'not_counted'
            when expectations.rows_loaded = 0 and not table_health.is_logged then 'quiet'
            else 'in_time'
        end as finding
    from table_health
    left join expectations
        on
            table_health.entity_id = expectations.entity_id
            and table_health.source_name = expectations.source_name
            and table_health.relation_key = expectations.relation_key
            and table_health.table_name = expectations.table_name
)

select * from table_findings
