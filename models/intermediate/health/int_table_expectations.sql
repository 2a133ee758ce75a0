-- grain: one row per entity_id, source_name, relation_key, table_name
with

table_weeks as (
    select * from {{ ref('int_table_weeks') }}
),

table_cadences as (
    select * from {{ ref('int_table_cadences') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_id, source_name, relation_key, table_name
            order by row_count asc, weeks_ago asc
        ) as size_rank,
        count(*) over (partition by entity_id, source_name, relation_key, table_name) as week_count
    from table_weeks
    where weeks_ago > 0
),

-- The middle one of the weeks, of two the smaller: one odd week moves it little.
medians as (
    select
        entity_id,
        source_name,
        relation_key,
        table_name,
        week_count,
        row_count as rows_expected
    from ranked
    where size_rank = {{ integer_divide('week_count + 1', '2') }}
),

table_expectations as (
    select
        last_loads.entity_id,
        last_loads.source_name,
        last_loads.relation_key,
        last_loads.table_name,
        last_loads.row_count as rows_loaded,
        medians.rows_expected,
        coalesce(medians.week_count, 0) as week_count,
        -- A resync brings everything at once: more than can be said is said as 999 times.
        {{ share_of(
            'least(last_loads.row_count, 999 * medians.rows_expected)', 'medians.rows_expected'
        ) }} as share_of_expected,
        coalesce(
            medians.rows_expected >= table_cadences.minimum_expected_rows
            and last_loads.row_count
            < medians.rows_expected * table_cadences.minimum_share_of_expected,
            false
        ) as has_too_few_rows
    from table_weeks as last_loads
    inner join table_cadences
        on
            last_loads.source_name = table_cadences.source_name
            and last_loads.table_name = table_cadences.table_name
    left join medians
        on
            last_loads.entity_id = medians.entity_id
            and last_loads.source_name = medians.source_name
            and last_loads.relation_key = medians.relation_key
            and last_loads.table_name = medians.table_name
    where last_loads.weeks_ago = 0
)

select * from table_expectations
