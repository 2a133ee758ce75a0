-- grain: one row per item_id
with

bank_lines as (
    select * from {{ ref('int_bank_lines') }}
),

quoted_references as (
    select * from {{ ref('int_quoted_references') }}
),

recorded_items as (
    select
        'bank:recorded:' || bank_lines.entity_id || ':' || bank_lines.source_name || ':'
        || bank_lines.source_record_id as item_id,
        bank_lines.entity_id,
        coalesce(reference_quotes.document_reference, description_quotes.document_reference)
            as document_reference,
        bank_lines.currency_code,
        bank_lines.amount_minor,
        bank_lines.posted_date as item_date,
        bank_lines.recorded_at,
        bank_lines.source_name,
        bank_lines.source_table,
        bank_lines.source_record_id,
        coalesce(nullif(trim(bank_lines.reference_text), ''), trim(bank_lines.description))
            as quoted_text
    from bank_lines
    left join quoted_references as reference_quotes
        on
            bank_lines.entity_id = reference_quotes.entity_id
            and bank_lines.source_name = reference_quotes.source_name
            and lower(trim(bank_lines.reference_text)) = reference_quotes.quoted_text
    left join quoted_references as description_quotes
        on
            bank_lines.entity_id = description_quotes.entity_id
            and bank_lines.source_name = description_quotes.source_name
            and lower(trim(bank_lines.description)) = description_quotes.quoted_text
)

select * from recorded_items
