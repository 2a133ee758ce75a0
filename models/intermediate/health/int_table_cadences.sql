-- grain: one row per source_name, table_name
with

source_columns as (
    select * from {{ ref('int_source_columns') }}
),

cadences as (
    select * from {{ ref('source_cadences') }}
),

tables as (
    select distinct
        source_name,
        table_name
    from source_columns
),

ranked as (
    select
        tables.source_name,
        tables.table_name,
        cadences.weekday_weeks,
        cadences.minimum_expected_rows,
        cadences.minimum_share_of_expected,
        row_number() over (
            partition by tables.source_name, tables.table_name
            order by
                case when cadences.source_name is null then 1 else 0 end,
                case when cadences.table_name is null then 1 else 0 end,
                cadences.table_name
        ) as precedence
    from tables
    inner join cadences
        on
            coalesce(cadences.source_name, tables.source_name) = tables.source_name
            and coalesce(cadences.table_name, tables.table_name) = tables.table_name
),

table_cadences as (
    select
        source_name,
        table_name,
        weekday_weeks,
        minimum_expected_rows,
        minimum_share_of_expected
    from ranked
    where precedence = 1
)

select * from table_cadences
