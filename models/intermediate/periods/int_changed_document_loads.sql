-- grain: one row per document_key, original_period
with

changed_documents as (
    select * from {{ ref('int_changed_documents') }}
),

entries as (
    select * from {{ ref('int_expected_entries') }}
),

source_rows as (
    select * from {{ ref('int_source_rows') }}
    where state = 'accepted'
),

own_entries as (
    select distinct
        changed_documents.document_key,
        changed_documents.original_period,
        changed_documents.entity_id,
        changed_documents.end_date,
        entries.invoice_id,
        entries.source_table,
        entries.source_record_id
    from changed_documents
    inner join entries
        on
            changed_documents.entity_id = entries.entity_id
            and changed_documents.source_name = entries.source_name
            and changed_documents.event_type = entries.event_type
            and changed_documents.document_reference = entries.document_reference
    where changed_documents.side = 'expected'
),

-- A late refund changes what its invoice's lines earn: what happened to an invoice up to the end of
-- the period stands behind all that is posted for it.
behind as (
    select
        document_key,
        original_period,
        source_table,
        source_record_id
    from own_entries
    union distinct
    select
        own_entries.document_key,
        own_entries.original_period,
        entries.source_table,
        entries.source_record_id
    from own_entries
    inner join entries
        on
            own_entries.entity_id = entries.entity_id
            and own_entries.invoice_id = entries.invoice_id
            and own_entries.end_date >= entries.entry_date
    union distinct
    select
        changed_documents.document_key,
        changed_documents.original_period,
        changed_documents.source_table,
        changed_documents.document_reference as source_record_id
    from changed_documents
    where changed_documents.side = 'recorded'
),

-- What was loaded after the close had seen its data. The day of the change is when it was entered or,
-- where that was earlier still, loaded.
loaded as (
    select
        behind.document_key,
        behind.original_period,
        changed_documents.loaded_until,
        count(source_rows.source_record_id) as row_count,
        max(source_rows.recorded_at) as recorded_at,
        max(source_rows.synced_at) as synced_at
    from behind
    inner join changed_documents
        on
            behind.document_key = changed_documents.document_key
            and behind.original_period = changed_documents.original_period
    left join source_rows
        on
            changed_documents.entity_id = source_rows.entity_id
            and changed_documents.source_name = source_rows.source_name
            and behind.source_table = source_rows.source_table
            and behind.source_record_id = source_rows.source_record_id
    group by
        behind.document_key,
        behind.original_period,
        changed_documents.loaded_until
),

changed_document_loads as (
    select
        document_key,
        original_period,
        (row_count > 0) as is_in_the_data,
        case
            when synced_at > loaded_until and recorded_at > loaded_until then recorded_at
            when synced_at > loaded_until then synced_at
        end as changed_at
    from loaded
)

select * from changed_document_loads
