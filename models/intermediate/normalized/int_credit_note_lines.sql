-- grain: one row per credit_note_line_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'credit_note_lines') }}
),

credit_note_lines as (
    select
        credit_note_line_id,
        credit_note_id,
        invoice_line_id,
        currency_code,
        net_amount_minor,
        cast(row_number() over (
            partition by entity_id, credit_note_id order by source_record_id
        ) as integer) as line_number,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from credit_note_lines
