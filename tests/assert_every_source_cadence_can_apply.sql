-- Invariant: each row of source_cadences.csv names a table and a calendar that exist, and limits in order (L1).
-- Grain: row of source_cadences.csv.
-- A row: limits that judge nothing; the source would be unknown for good and never be called late.
-- Then: correct the column that the verdict names, or delete the row.
with

calendars as (
    select calendar_name
    from {{ ref('int_business_days') }}
    group by calendar_name
),

sources_in_use as (
    select source_name
    from {{ ref('int_source_columns') }}
    group by source_name
),

tables_in_use as (
    select
        source_name,
        table_name
    from {{ ref('int_source_columns') }}
    group by source_name, table_name
),

judged as (
    select
        cadences.source_name,
        cadences.table_name,
        case
            when cadences.table_name is not null and cadences.source_name is null
                then 'source_name'
            when
                cadences.table_name is not null and sources_in_use.source_name is not null
                and tables_in_use.table_name is null
                then 'table_name'
            when cadences.calendar_name is not null and calendars.calendar_name is null
                then 'calendar_name'
            when cadences.late_after_days < 1 then 'late_after_days'
            when cadences.failed_after_days < cadences.late_after_days then 'failed_after_days'
            when cadences.quiet_days < 0 then 'quiet_days'
            when cadences.weekday_weeks not between 0 and 52 then 'weekday_weeks'
            when cadences.minimum_share_of_expected not between 0 and 1
                then 'minimum_share_of_expected'
            else 'ok'
        end as verdict
    from {{ ref('source_cadences') }} as cadences
    left join sources_in_use
        on cadences.source_name = sources_in_use.source_name
    left join tables_in_use
        on
            cadences.source_name = tables_in_use.source_name
            and cadences.table_name = tables_in_use.table_name
    left join calendars
        on cadences.calendar_name = calendars.calendar_name
)

select * from judged
where verdict <> 'ok'
