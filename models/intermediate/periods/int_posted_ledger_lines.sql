-- grain: one row per posting_id
with

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

posting_changes as (
    select * from {{ ref('int_posting_changes') }}
    where side = 'recorded'
),

posting_adjustments as (
    select * from {{ ref('int_posting_adjustments') }}
    where side = 'recorded'
),

keyed_lines as (
    select
        *,
        {{ posting_key(
            "'recorded'", "'journal'", 'source_record_id', 'posting_date'
        ) }} as posting_key
    from ledger_lines
),

-- A line that stands as it was closed keeps its own name; what replaces or corrects it says so.
posted_ledger_lines as (
    select
        keyed_lines.ledger_line_id as posting_id,
        cast(null as {{ dbt.type_string() }}) as posting_suffix,
        keyed_lines.ledger_line_id,
        keyed_lines.journal_id,
        keyed_lines.journal_kind,
        keyed_lines.account_code,
        keyed_lines.posting_date,
        keyed_lines.account_role,
        keyed_lines.currency_code,
        keyed_lines.amount_minor,
        keyed_lines.customer_id,
        keyed_lines.unmapped_customer_reference,
        keyed_lines.line_text,
        keyed_lines.reference_text,
        keyed_lines.source_document_id,
        keyed_lines.is_manual,
        keyed_lines.source_name,
        keyed_lines.source_table,
        keyed_lines.source_record_id,
        keyed_lines.entity_id,
        keyed_lines.recorded_at,
        cast(null as {{ dbt.type_string() }}) as original_period,
        cast(null as date) as original_date,
        cast(null as {{ dbt.type_string() }}) as posted_period,
        cast(null as {{ dbt.type_string() }}) as correction_cause
    from keyed_lines
    left join posting_changes
        on keyed_lines.posting_key = posting_changes.posting_key
    where posting_changes.posting_key is null
    union all
    select
        posting_adjustments.adjustment_id as posting_id,
        ':' || coalesce(posting_adjustments.posted_period, 'closed')
        || ':' || posting_adjustments.account_role || ':' || cast(
            coalesce(posting_adjustments.original_date, posting_adjustments.entry_date)
            as {{ dbt.type_string() }}
        ) as posting_suffix,
        keyed_lines.ledger_line_id,
        keyed_lines.journal_id,
        keyed_lines.journal_kind,
        keyed_lines.account_code,
        posting_adjustments.entry_date as posting_date,
        posting_adjustments.account_role,
        posting_adjustments.currency_code,
        posting_adjustments.functional_amount_minor as amount_minor,
        keyed_lines.customer_id,
        keyed_lines.unmapped_customer_reference,
        keyed_lines.line_text,
        coalesce(keyed_lines.reference_text, posting_adjustments.quoted_text) as reference_text,
        keyed_lines.source_document_id,
        keyed_lines.is_manual,
        posting_adjustments.source_name,
        posting_adjustments.source_table,
        posting_adjustments.source_record_id,
        posting_adjustments.entity_id,
        keyed_lines.recorded_at,
        posting_adjustments.original_period,
        posting_adjustments.original_date,
        posting_adjustments.posted_period,
        posting_adjustments.correction_cause
    from posting_adjustments
    left join keyed_lines
        on
            posting_adjustments.entity_id = keyed_lines.entity_id
            and posting_adjustments.source_name = keyed_lines.source_name
            and posting_adjustments.source_record_id = keyed_lines.source_record_id
)

select * from posted_ledger_lines
