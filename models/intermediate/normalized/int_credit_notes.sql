-- grain: one row per credit_note_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'credit_notes') }}
),

credit_notes as (
    select
        credit_note_id,
        credit_note_number,
        invoice_id,
        customer_id,
        refund_id,
        currency_code,
        net_amount_minor,
        tax_amount_minor,
        total_amount_minor,
        refunded_amount_minor,
        credited_to_balance_amount_minor,
        out_of_band_amount_minor,
        kind,
        reason,
        status,
        issued_at,
        {{ accounting_date('issued_at', 'entity_timezone') }} as issued_date,
        voided_at,
        {{ accounting_date('voided_at', 'entity_timezone') }} as voided_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from credit_notes
