-- grain: one row per source_relation, source_record_id, version_number
with

typed as (
    select * from {{ ref('stg_xero__journal_lines') }}
),

journals as (
    select * from {{ ref('stg_xero__journals') }}
    where version_number = 1 and source_record_id is not null
),

ledger_accounts as (
    select * from {{ ref('stg_xero__ledger_accounts') }}
    where version_number = 1 and source_record_id is not null
),

ledger_invoices as (
    select * from {{ ref('stg_xero__invoices') }}
),

ledger_lines as (
    select
        {{ prefixed_id('xero', 'typed.source_relation', 'typed.source_record_id') }}
            as ledger_line_id,
        journals.journal_id,
        journals.journal_number,
        journals.journal_kind,
        journals.posting_date,
        {{ prefixed_id('xero', 'typed.source_relation', 'typed.account_reference') }} as account_id,
        coalesce(typed.account_code, ledger_accounts.account_code, typed.account_reference)
            as account_code,
        typed.currency_code,
        typed.amount_minor,
        -- Xero's journals hold the base currency only.
        cast(null as {{ dbt.type_bigint() }}) as transaction_amount_minor,
        cast(null as {{ dbt.type_string() }}) as transaction_currency_code,
        ledger_invoices.customer_reference,
        typed.line_text,
        journals.reference_text,
        journals.source_document_id,
        coalesce(journals.journal_kind = 'manual', false) as is_manual,
        'xero' as source_name,
        'journal_line' as source_table,
        typed.source_record_id,
        typed.source_relation,
        typed.version_number,
        journals.recorded_at,
        typed.synced_at,
        case
            when typed.source_record_id is null then 'missing_key'
            when typed.currency_code is null then 'missing_currency'
            when not typed.is_known_currency then 'unknown_currency'
            when typed.amount_minor is null then 'unreadable_amount'
            when journals.journal_id is null then 'parent_missing'
            when journals.quarantine_reason is not null then 'parent_quarantined'
        end as quarantine_reason,
        case
            when typed.source_record_id is not null and typed.version_number > 1 then 'superseded'
        end as ignore_reason
    from typed
    left join journals
        on
            typed.journal_reference = journals.source_record_id
            and coalesce(typed.source_relation, '') = coalesce(journals.source_relation, '')
    left join ledger_accounts
        on
            typed.account_reference = ledger_accounts.source_record_id
            and coalesce(typed.source_relation, '') = coalesce(ledger_accounts.source_relation, '')
    left join ledger_invoices
        on
            journals.source_document_id = ledger_invoices.invoice_reference
            and coalesce(typed.source_relation, '') = ledger_invoices.relation_key
            and journals.journal_kind = 'invoice'
)

select * from ledger_lines
