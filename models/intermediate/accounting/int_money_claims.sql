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

charges_beside as (
    select * from {{ ref('int_charges_beside_receivables') }}
),

refunded_notes as (
    select
        refund_id,
        min(credit_note_id) as credit_note_id
    from credit_notes
    where refund_id is not null
    group by refund_id
),

-- Money that never lowered a receivable takes nothing back from an invoice.
money_claims as (
    select
        refunds.refund_id as reduction_id,
        refunds.invoice_id,
        'refund' as event_type,
        refunds.source_name,
        refunds.source_table,
        refunds.source_record_id,
        refunds.amount_minor as gross_amount_minor,
        refunded_notes.credit_note_id,
        refunds.posted_at as started_at,
        refunds.posted_date as started_date,
        refunds.failed_at as reversed_at,
        refunds.failed_date as reversed_date,
        null as decided_at,
        null as decided_date,
        refunds.recorded_at
    from refunds
    left join refunded_notes
        on refunds.refund_id = refunded_notes.refund_id
    left join charges_beside
        on
            refunds.entity_id = charges_beside.entity_id
            and refunds.charge_reference = charges_beside.charge_reference
    where
        refunds.posted_at is not null
        and charges_beside.charge_reference is null
    union all
    select
        disputes.dispute_id as reduction_id,
        disputes.invoice_id,
        'dispute_opened' as event_type,
        disputes.source_name,
        disputes.source_table,
        disputes.source_record_id,
        disputes.amount_minor as gross_amount_minor,
        null as credit_note_id,
        disputes.opened_at as started_at,
        disputes.opened_date as started_date,
        null as reversed_at,
        null as reversed_date,
        disputes.lost_at as decided_at,
        disputes.lost_date as decided_date,
        disputes.recorded_at
    from disputes
    left join charges_beside
        on
            disputes.entity_id = charges_beside.entity_id
            and disputes.charge_reference = charges_beside.charge_reference
    where
        disputes.opened_at is not null
        and charges_beside.charge_reference is null
)

select * from money_claims
