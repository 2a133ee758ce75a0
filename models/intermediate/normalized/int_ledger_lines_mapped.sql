-- grain: one row per ledger_line_id
with

readable as (
    select * from {{ from_sources('ledger_sources', 'ledger_lines') }}
),

roles as (
    select * from {{ ref('int_account_roles') }}
),

ledger_lines_mapped as (
    select
        readable.ledger_line_id,
        readable.journal_id,
        readable.journal_number,
        readable.journal_kind,
        readable.posting_date,
        readable.account_id,
        readable.account_code,
        coalesce(entity_roles.account_role, common_roles.account_role) as account_role,
        readable.currency_code,
        readable.amount_minor,
        readable.transaction_amount_minor,
        readable.transaction_currency_code,
        readable.customer_reference,
        readable.line_text,
        readable.reference_text,
        readable.source_document_id,
        readable.is_manual,
        readable.source_name,
        readable.source_table,
        readable.source_record_id,
        readable.source_relation,
        readable.entity_id,
        readable.recorded_at
    from readable
    left join roles as entity_roles
        on
            readable.source_name = entity_roles.source_name
            and readable.account_code = entity_roles.account_code
            and readable.entity_id = entity_roles.entity_key
            and readable.posting_date >= entity_roles.effective_from
            and (
                entity_roles.effective_until is null
                or readable.posting_date < entity_roles.effective_until
            )
    left join roles as common_roles
        on
            readable.source_name = common_roles.source_name
            and readable.account_code = common_roles.account_code
            and common_roles.entity_key = ''
            and readable.posting_date >= common_roles.effective_from
            and (
                common_roles.effective_until is null
                or readable.posting_date < common_roles.effective_until
            )
)

select * from ledger_lines_mapped
