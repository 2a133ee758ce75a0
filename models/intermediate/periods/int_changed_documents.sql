-- grain: one row per document_key, original_period
with

posting_changes as (
    select * from {{ ref('int_posting_changes') }}
),

frozen_periods as (
    select * from {{ ref('int_frozen_periods') }}
),

changed_documents as (
    select
        posting_changes.document_key,
        posting_changes.original_period,
        posting_changes.entity_id,
        posting_changes.side,
        posting_changes.source_name,
        posting_changes.event_type,
        posting_changes.document_reference,
        frozen_periods.end_date,
        frozen_periods.loaded_until,
        max(posting_changes.source_table) as source_table,
        sum(posting_changes.current_debit_minor) as current_debit_minor,
        sum(posting_changes.frozen_debit_minor) as frozen_debit_minor,
        (min(posting_changes.original_date) = max(posting_changes.original_date)) as is_of_one_day,
        max(case when posting_changes.has_frozen then 1 else 0 end) = 1 as is_in_close
    from posting_changes
    inner join frozen_periods
        on
            posting_changes.entity_id = frozen_periods.entity_id
            and posting_changes.original_period = frozen_periods.period
    group by
        posting_changes.document_key,
        posting_changes.original_period,
        posting_changes.entity_id,
        posting_changes.side,
        posting_changes.source_name,
        posting_changes.event_type,
        posting_changes.document_reference,
        frozen_periods.end_date,
        frozen_periods.loaded_until
)

select * from changed_documents
