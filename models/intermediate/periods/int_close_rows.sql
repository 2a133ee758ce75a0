-- grain: one row per entity_id, period, record_number
with

close_rows as (
    select * from {{ close_rows([
        'entity_id', 'period', 'record_number', 'record_kind', 'side', 'source_name', 'event_type',
        'document_reference', 'account_role', 'currency_code', 'entry_date', 'original_period',
        'original_date', 'amount_minor', 'debit_minor', 'credit_minor', 'opening_minor',
        'closing_minor', 'row_count', 'source_table', 'source_record_id', 'quoted_text', 'item',
        'value', 'accepted_by', 'reason'
    ]) }}
)

select * from close_rows
