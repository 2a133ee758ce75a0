-- grain: one row per ledger_line_id
with

lines as (
    select * from {{ ref('int_ledger_lines_mapped') }}
),

customers as (
    select
        entity_id,
        source_record_id,
        min(customer_id) as customer_id
    from {{ ref('int_customers') }}
    group by entity_id, source_record_id
),

-- A line on an account without a role cannot be judged: int_quarantined_rows has it.
ledger_lines as (
    select
        lines.ledger_line_id,
        lines.journal_id,
        lines.journal_number,
        lines.journal_kind,
        lines.posting_date,
        lines.account_id,
        lines.account_code,
        lines.account_role,
        lines.currency_code,
        lines.amount_minor,
        lines.transaction_amount_minor,
        lines.transaction_currency_code,
        customers.customer_id,
        case when customers.customer_id is null then lines.customer_reference end
            as unmapped_customer_reference,
        lines.line_text,
        lines.reference_text,
        lines.source_document_id,
        lines.is_manual,
        lines.source_name,
        lines.source_table,
        lines.source_record_id,
        lines.entity_id,
        lines.recorded_at
    from lines
    left join customers
        on
            lines.customer_reference = customers.source_record_id
            and lines.entity_id = customers.entity_id
    where lines.account_role is not null
)

select * from ledger_lines
