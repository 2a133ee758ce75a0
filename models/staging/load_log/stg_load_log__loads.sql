-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('load_log', 'load') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('load_id') }} as source_record_id,
        lower({{ trimmed('loaded_source_name') }}) as loaded_source_name,
        {{ trimmed('loaded_source_relation') }} as loaded_source_relation,
        lower({{ trimmed('loaded_table_name') }}) as loaded_table_name,
        {{ utc_timestamp('started_at') }} as started_at,
        {{ utc_timestamp('finished_at') }} as finished_at,
        lower({{ trimmed('status') }}) as status,
        cast({{ exact_decimal('row_count') }} as {{ dbt.type_bigint() }}) as row_count,
        {{ utc_timestamp('complete_through') }} as complete_through_at,
        complete_through is not null and {{ utc_timestamp('complete_through') }} is null
            as has_unreadable_completeness,
        {{ utc_timestamp('_loaded_at') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, finished_at desc nulls last, status asc,
                started_at asc, loaded_source_name asc, loaded_source_relation asc,
                loaded_table_name asc, complete_through_at asc, row_count asc
        ) as version_number
    from typed
),

loads as (
    select
        {{ prefixed_id('load_log', 'source_relation', 'source_record_id') }} as load_id,
        loaded_source_name,
        loaded_source_relation,
        loaded_table_name,
        started_at,
        finished_at,
        status,
        row_count,
        complete_through_at,
        'load_log' as source_name,
        'load' as source_table,
        source_record_id,
        source_relation,
        version_number,
        finished_at as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when loaded_source_name is null then 'missing_source'
            when finished_at is null or has_unreadable_completeness then 'unreadable_time'
            when status is null or status not in ('success', 'failure') then 'unknown_status'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from loads
