-- grain: one row per item_id
with

ledger_lines as (
    select * from {{ ref('int_posted_ledger_lines') }}
),

quoted_references as (
    select * from {{ ref('int_quoted_references') }}
),

-- The journal's reference speaks first; the line's own text only where that names no document
-- that billing knows.
lines_with_references as (
    select
        ledger_lines.*,
        case
            when
                line_quotes.is_known
                and line_quotes.document_kind <> 'customer'
                and (
                    reference_quotes.is_known is null
                    or not reference_quotes.is_known
                    or reference_quotes.document_kind = 'customer'
                )
                then 'line'
            when reference_quotes.quoted_text is not null then 'reference'
            when line_quotes.quoted_text is not null then 'line'
        end as quoted_in,
        reference_quotes.document_kind as reference_document_kind,
        reference_quotes.document_reference as reference_document_reference,
        reference_quotes.payment_document_reference as reference_payment_reference,
        reference_quotes.customer_id as reference_customer_id,
        line_quotes.document_kind as line_document_kind,
        line_quotes.document_reference as line_document_reference,
        line_quotes.payment_document_reference as line_payment_reference,
        line_quotes.customer_id as line_customer_id
    from ledger_lines
    left join quoted_references as reference_quotes
        on
            ledger_lines.entity_id = reference_quotes.entity_id
            and ledger_lines.source_name = reference_quotes.source_name
            and lower(trim(ledger_lines.reference_text)) = reference_quotes.quoted_text
    left join quoted_references as line_quotes
        on
            ledger_lines.entity_id = line_quotes.entity_id
            and ledger_lines.source_name = line_quotes.source_name
            and lower(trim(ledger_lines.line_text)) = line_quotes.quoted_text
),

recorded_items as (
    select
        'ledger:recorded:' || entity_id || ':' || source_name || ':' || source_record_id
        || coalesce(posting_suffix, '') as item_id,
        entity_id,
        account_role,
        case
            when quoted_in = 'line' and line_document_kind = 'customer' then null
            when quoted_in = 'line' and journal_kind = 'payment' then line_payment_reference
            when quoted_in = 'line' then line_document_reference
            when reference_document_kind = 'customer' then null
            when journal_kind = 'payment' then reference_payment_reference
            else reference_document_reference
        end as document_reference,
        coalesce(
            customer_id,
            case quoted_in when 'line' then line_customer_id else reference_customer_id end
        ) as customer_id,
        unmapped_customer_reference,
        currency_code,
        amount_minor,
        posting_date as item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id,
        is_manual,
        journal_id,
        journal_kind,
        source_document_id,
        coalesce(nullif(trim(reference_text), ''), trim(line_text)) as quoted_text
    from lines_with_references
)

select * from recorded_items
