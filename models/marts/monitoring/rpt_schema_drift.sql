-- grain: one row per source_name, table_name, column_name, finding
with

source_columns as (
    select * from {{ ref('int_source_columns') }}
),

findings as (
    select * from {{ ref('schema_findings') }}
),

tables as (
    select
        source_name,
        table_name,
        '-' as column_name,
        'table_missing' as finding,
        is_table_optional as is_optional,
        '' as declared_type,
        '' as landed_type
    from source_columns
    where not is_table_landed
    group by source_name, table_name, is_table_optional
),

-- Of a table that is not there no column is missing.
columns_found as (
    select
        source_name,
        table_name,
        column_name,
        case
            when not is_landed then 'column_missing'
            when not is_declared then 'column_new'
            when declared_family = 'text' then 'column_not_text'
            else 'column_retyped'
        end as finding,
        is_optional,
        declared_type,
        landed_type
    from source_columns
    where
        is_table_landed
        and (not is_landed or not is_declared or declared_family <> landed_family)
),

found as (
    select * from tables
    union all
    select * from columns_found
),

schema_drift as (
    select
        found.source_name,
        found.table_name,
        found.column_name,
        found.finding,
        found.is_optional,
        findings.is_drift and (findings.is_drift_if_optional or not found.is_optional) as is_drift,
        nullif(found.declared_type, '') as declared_type,
        nullif(found.landed_type, '') as landed_type,
        {{ filled_text('findings.sentence', {
            'table': "found.source_name || '.' || found.table_name",
            'column': 'found.column_name',
            'declared': 'found.declared_type',
            'landed': 'found.landed_type',
        }) }} as explanation,
        findings.what_to_do
    from found
    inner join findings
        on found.finding = findings.finding
)

select * from schema_drift
