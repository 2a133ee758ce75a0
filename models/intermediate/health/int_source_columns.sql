-- grain: one row per source_name, table_name, column_name
with

source_columns as (
    {{ landed_columns() }}
)

select * from source_columns
