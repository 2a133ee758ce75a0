-- grain: one row per bank_line_id
with

readable as (
    select * from {{ from_sources('bank_sources', 'bank_lines') }}
),

bank_lines as (
    select
        bank_line_id,
        bank_account,
        posted_date,
        amount_minor,
        currency_code,
        description,
        reference_text,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from bank_lines
