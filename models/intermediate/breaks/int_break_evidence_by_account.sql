-- grain: one row per item_id
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where status = 'expected_only' and leg = 'ledger'
),

unmapped_lines as (
    select * from {{ ref('int_ledger_lines_mapped') }}
    where account_role is null
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
    where leg = 'ledger' and document_reference is not null
),

document_references as (
    select * from {{ ref('int_document_references') }}
),

-- A line without a role is no item, so nothing has read what it quotes: the other lines of its
-- journal say which document it is about, or else the journal's reference in full.
documents_of_lines as (
    select
        unmapped_lines.ledger_line_id,
        recorded_items.document_reference
    from unmapped_lines
    inner join recorded_items
        on
            unmapped_lines.entity_id = recorded_items.entity_id
            and unmapped_lines.journal_id = recorded_items.journal_id
    union distinct
    select
        unmapped_lines.ledger_line_id,
        case unmapped_lines.journal_kind
            when 'payment' then document_references.payment_document_reference
            else document_references.document_reference
        end as document_reference
    from unmapped_lines
    inner join document_references
        on
            unmapped_lines.entity_id = document_references.entity_id
            and lower(trim(unmapped_lines.reference_text)) = document_references.quoted_name
),

evidence as (
    select
        break_items.item_id,
        'unmapped_account' as cause,
        'the amount stands on account ' || min(unmapped_lines.account_code)
        || ', which has no role' as finding
    from break_items
    inner join documents_of_lines
        on break_items.document_reference = documents_of_lines.document_reference
    inner join unmapped_lines
        on
            documents_of_lines.ledger_line_id = unmapped_lines.ledger_line_id
            and break_items.entity_id = unmapped_lines.entity_id
            and break_items.currency_code = unmapped_lines.currency_code
            and break_items.amount_minor = unmapped_lines.amount_minor
    group by break_items.item_id
)

select * from evidence
