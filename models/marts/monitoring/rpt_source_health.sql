-- grain: one row per entity_id, source_name, relation_key, table_name
with

table_findings as (
    select * from {{ ref('int_table_findings') }}
),

wordings as (
    select * from {{ ref('source_health_wordings') }}
),

sequence_gaps as (
    select * from {{ ref('rpt_sequence_gaps') }}
),

schema_drift as (
    select * from {{ ref('rpt_schema_drift') }}
    where is_drift
),

gap_counts as (
    select
        entity_id,
        source_name,
        relation_key,
        source_table as table_name,
        count(*) as gap_count,
        sum(missing_count) as missing_number_count
    from sequence_gaps
    group by entity_id, source_name, relation_key, source_table
),

drift_counts as (
    select
        source_name,
        table_name,
        count(*) as drift_count
    from schema_drift
    group by source_name, table_name
),

source_health as (
    select
        table_findings.entity_id,
        table_findings.source_name,
        table_findings.relation_key,
        table_findings.table_name,
        table_findings.as_of_date,
        wordings.status,
        table_findings.finding,
        table_findings.complete_through_date,
        table_findings.last_load_date,
        table_findings.days_behind,
        table_findings.is_logged,
        cast(table_findings.rows_loaded as bigint) as rows_loaded,
        cast(table_findings.rows_expected as bigint) as rows_expected,
        table_findings.share_of_expected,
        cast(table_findings.week_count as integer) as compared_week_count,
        cast(coalesce(gap_counts.gap_count, 0) as bigint) as sequence_gap_count,
        cast(coalesce(gap_counts.missing_number_count, 0) as bigint) as missing_number_count,
        cast(coalesce(drift_counts.drift_count, 0) as bigint) as schema_drift_count,
        {{ filled_text('wordings.sentence', {
            'source': 'table_findings.source_name',
            'table': "table_findings.source_name || '.' || table_findings.table_name",
            'complete_through': 'table_findings.complete_through_date',
            'days': 'table_findings.days_behind',
            'last_load': 'table_findings.last_load_date',
            'rows': 'table_findings.rows_loaded',
            'expected': 'table_findings.rows_expected',
        }) }} as explanation,
        wordings.what_to_do
    from table_findings
    left join wordings
        on table_findings.finding = wordings.finding
    left join gap_counts
        on
            table_findings.entity_id = gap_counts.entity_id
            and table_findings.source_name = gap_counts.source_name
            and table_findings.relation_key = gap_counts.relation_key
            and table_findings.table_name = gap_counts.table_name
    left join drift_counts
        on
            table_findings.source_name = drift_counts.source_name
            and table_findings.table_name = drift_counts.table_name
)

select * from source_health
