-- grain: one row per leg, entity_id, currency_code, month_start, metric
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
    where state <> 'ignored' or reason <> 'superseded'
),

entities as (
    select * from {{ ref('int_entities') }}
),

control_targets as (
    select * from {{ ref('control_targets') }}
    where measure = 'quarantined'
),

-- A row whose time cannot be read counts when it was loaded, and one that does not say that either
-- on the last day.
dated_rows as (
    select
        source_rows.entity_id,
        entities.functional_currency_code as currency_code,
        source_rows.state,
        cast({{ dbt.date_trunc(
            'month',
            'least(coalesce('
            ~ accounting_date(
                'coalesce(source_rows.recorded_at, source_rows.synced_at)', 'entities.timezone'
            )
            ~ ', entities.as_of_date), entities.as_of_date)'
        ) }} as date) as month_start
    from source_rows
    inner join entities
        on source_rows.entity_id = entities.entity_id
),

-- Rows are in no leg before they are read.
quarantine_measures as (
    select
        'sources' as leg,
        dated_rows.entity_id,
        dated_rows.currency_code,
        dated_rows.month_start,
        control_targets.metric,
        cast(
            sum(case when dated_rows.state = 'quarantined' then 1 else 0 end)
            as {{ dbt.type_bigint() }}
        ) as met_count,
        cast(count(*) as {{ dbt.type_bigint() }}) as judged_count,
        cast(null as {{ dbt.type_bigint() }}) as met_gross_minor,
        cast(null as {{ dbt.type_bigint() }}) as judged_gross_minor
    from dated_rows
    cross join control_targets
    group by
        dated_rows.entity_id,
        dated_rows.currency_code,
        dated_rows.month_start,
        control_targets.metric
)

select * from quarantine_measures
