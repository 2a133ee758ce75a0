-- grain: one row per reduction_id
with

money_claims as (
    select * from {{ ref('int_money_claims') }}
),

credit_notes as (
    select * from {{ ref('int_credit_notes') }}
),

write_offs as (
    select * from {{ ref('int_write_offs') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

-- Gross of tax. The refunded part of a credit note posts with its refund.
reduction_claims as (
    select
        reduction_id,
        invoice_id,
        event_type,
        source_name,
        source_table,
        source_record_id,
        gross_amount_minor,
        credit_note_id,
        started_at,
        started_date,
        reversed_at,
        reversed_date,
        decided_at,
        decided_date,
        recorded_at
    from money_claims
    union all
    select
        credit_note_id as reduction_id,
        invoice_id,
        'credit_note_issued' as event_type,
        source_name,
        source_table,
        source_record_id,
        total_amount_minor - refunded_amount_minor as gross_amount_minor,
        credit_note_id,
        issued_at as started_at,
        issued_date as started_date,
        voided_at as reversed_at,
        voided_date as reversed_date,
        null as decided_at,
        null as decided_date,
        recorded_at
    from credit_notes
    where total_amount_minor > refunded_amount_minor
    union all
    select
        {{ dbt.concat(['write_offs.invoice_id', "':written_off'"]) }} as reduction_id,
        write_offs.invoice_id,
        write_offs.event_type,
        invoice_bookings.source_name,
        'invoice' as source_table,
        invoice_bookings.document_reference as source_record_id,
        write_offs.open_amount_minor as gross_amount_minor,
        null as credit_note_id,
        write_offs.written_off_at as started_at,
        write_offs.written_off_date as started_date,
        null as reversed_at,
        null as reversed_date,
        null as decided_at,
        null as decided_date,
        invoice_bookings.recorded_at
    from write_offs
    inner join invoice_bookings on write_offs.invoice_id = invoice_bookings.invoice_id
    where write_offs.open_amount_minor <> 0
)

select * from reduction_claims
