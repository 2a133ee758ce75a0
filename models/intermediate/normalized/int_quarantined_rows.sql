-- grain: one row per source_name, source_table, source_relation, source_record_id, version_number
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
),

quarantined_rows as (
    select
        source_name,
        source_table,
        source_relation,
        entity_id,
        source_record_id,
        version_number,
        currency_code,
        amount_minor,
        recorded_at,
        synced_at,
        state,
        reason
    from source_rows
    where state = 'quarantined'
)

select * from quarantined_rows
