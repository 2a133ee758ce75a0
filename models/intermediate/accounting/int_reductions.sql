-- grain: one row per reduction_id
with

refunds as (
    select * from {{ ref('int_refunds') }}
),

disputes as (
    select * from {{ ref('int_disputes') }}
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
given_back as (
    select
        refunds.refund_id as reduction_id,
        refunds.invoice_id,
        'refund' as event_type,
        refunds.source_table,
        refunds.source_record_id,
        refunds.amount_minor as gross_amount_minor,
        credit_notes.credit_note_id,
        refunds.posted_at as started_at,
        refunds.posted_date as started_date,
        refunds.failed_at as reversed_at,
        refunds.failed_date as reversed_date,
        refunds.recorded_at
    from refunds
    left join credit_notes
        on refunds.refund_id = credit_notes.refund_id
    where refunds.posted_at is not null
    union all
    select
        dispute_id as reduction_id,
        invoice_id,
        'dispute_opened' as event_type,
        source_table,
        source_record_id,
        amount_minor as gross_amount_minor,
        null as credit_note_id,
        opened_at as started_at,
        opened_date as started_date,
        null as reversed_at,
        null as reversed_date,
        recorded_at
    from disputes
    where opened_at is not null
    union all
    select
        credit_note_id as reduction_id,
        invoice_id,
        'credit_note_issued' as event_type,
        source_table,
        source_record_id,
        total_amount_minor - refunded_amount_minor as gross_amount_minor,
        credit_note_id,
        issued_at as started_at,
        issued_date as started_date,
        voided_at as reversed_at,
        voided_date as reversed_date,
        recorded_at
    from credit_notes
    where total_amount_minor > refunded_amount_minor
    union all
    select
        {{ dbt.concat(['write_offs.invoice_id', "':written_off'"]) }} as reduction_id,
        write_offs.invoice_id,
        write_offs.event_type,
        'invoice' as source_table,
        invoice_bookings.document_reference as source_record_id,
        write_offs.open_amount_minor as gross_amount_minor,
        null as credit_note_id,
        write_offs.written_off_at as started_at,
        write_offs.written_off_date as started_date,
        null as reversed_at,
        null as reversed_date,
        invoice_bookings.recorded_at
    from write_offs
    inner join invoice_bookings on write_offs.invoice_id = invoice_bookings.invoice_id
    where write_offs.open_amount_minor <> 0
),

reductions as (
    select
        given_back.reduction_id,
        invoice_bookings.entity_id,
        invoice_bookings.source_name,
        given_back.invoice_id,
        invoice_bookings.customer_id,
        invoice_bookings.currency_code,
        invoice_bookings.functional_currency_code,
        invoice_bookings.multiplier,
        invoice_bookings.divisor,
        given_back.event_type,
        given_back.source_table,
        given_back.source_record_id,
        given_back.gross_amount_minor,
        given_back.credit_note_id,
        given_back.started_at,
        given_back.started_date,
        given_back.reversed_at,
        given_back.reversed_date,
        given_back.recorded_at
    from given_back
    inner join invoice_bookings
        on given_back.invoice_id = invoice_bookings.invoice_id
)

select * from reductions
