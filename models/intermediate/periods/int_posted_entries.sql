-- grain: one row per entry_id
with

entries as (
    select * from {{ ref('int_expected_entries') }}
),

posting_changes as (
    select * from {{ ref('int_posting_changes') }}
    where side = 'expected'
),

posting_adjustments as (
    select * from {{ ref('int_posting_adjustments') }}
    where side = 'expected'
),

entities as (
    select * from {{ ref('int_entities') }}
),

keyed_entries as (
    select
        *,
        {{ posting_key(
            "'expected'", 'event_type', 'document_reference', 'entry_date'
        ) }} as posting_key
    from entries
),

-- Who and what an adjustment is about is what its document says today.
documents as (
    select
        entity_id,
        event_type,
        document_reference,
        min(customer_id) as customer_id,
        min(counterparty_reference) as counterparty_reference,
        min(invoice_id) as invoice_id,
        max(recorded_at) as recorded_at
    from entries
    group by
        entity_id,
        event_type,
        document_reference
),

posted_entries as (
    select
        keyed_entries.entry_id,
        keyed_entries.event_id,
        keyed_entries.entity_id,
        keyed_entries.event_type,
        keyed_entries.account_role,
        keyed_entries.document_reference,
        keyed_entries.source_name,
        keyed_entries.source_table,
        keyed_entries.source_record_id,
        keyed_entries.customer_id,
        keyed_entries.counterparty_reference,
        keyed_entries.invoice_id,
        keyed_entries.currency_code,
        keyed_entries.amount_minor,
        keyed_entries.functional_currency_code,
        keyed_entries.functional_amount_minor,
        keyed_entries.entry_date,
        keyed_entries.recorded_at,
        cast(null as {{ dbt.type_string() }}) as original_period,
        cast(null as date) as original_date,
        cast(null as {{ dbt.type_string() }}) as posted_period,
        cast(null as {{ dbt.type_string() }}) as correction_cause
    from keyed_entries
    left join posting_changes
        on keyed_entries.posting_key = posting_changes.posting_key
    where posting_changes.posting_key is null
    union all
    select
        posting_adjustments.adjustment_id as entry_id,
        posting_adjustments.adjustment_id as event_id,
        posting_adjustments.entity_id,
        posting_adjustments.event_type,
        posting_adjustments.account_role,
        posting_adjustments.document_reference,
        posting_adjustments.source_name,
        posting_adjustments.source_table,
        posting_adjustments.source_record_id,
        documents.customer_id,
        documents.counterparty_reference,
        documents.invoice_id,
        posting_adjustments.currency_code,
        posting_adjustments.amount_minor,
        entities.functional_currency_code,
        posting_adjustments.functional_amount_minor,
        posting_adjustments.entry_date,
        documents.recorded_at,
        posting_adjustments.original_period,
        posting_adjustments.original_date,
        posting_adjustments.posted_period,
        posting_adjustments.correction_cause
    from posting_adjustments
    inner join entities
        on posting_adjustments.entity_id = entities.entity_id
    left join documents
        on
            posting_adjustments.entity_id = documents.entity_id
            and posting_adjustments.event_type = documents.event_type
            and posting_adjustments.document_reference = documents.document_reference
)

select * from posted_entries
