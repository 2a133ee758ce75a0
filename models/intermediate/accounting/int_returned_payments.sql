-- grain: one row per event_type, return_id
with

refunds as (
    select * from {{ ref('int_refunds') }}
),

disputes as (
    select * from {{ ref('int_disputes') }}
),

disputes_valued as (
    select * from {{ ref('int_disputes_valued') }}
),

returned_payments as (
    select
        refund_id as return_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        charge_reference,
        customer_id,
        invoice_id,
        currency_code,
        'refund' as event_type,
        'refund' as settlement_kind,
        amount_minor,
        posted_date as event_date,
        posted_date as policy_date,
        posted_at as recorded_at
    from refunds
    where posted_at is not null
    union all
    select
        refund_id as return_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        charge_reference,
        customer_id,
        invoice_id,
        currency_code,
        'refund_failed' as event_type,
        'refund_failure' as settlement_kind,
        -amount_minor as amount_minor,
        failed_date as event_date,
        failed_date as policy_date,
        failed_at as recorded_at
    from refunds
    where failed_at is not null
    union all
    select
        disputes.dispute_id as return_id,
        disputes.entity_id,
        disputes.source_name,
        disputes.source_table,
        disputes.source_record_id,
        disputes.charge_reference,
        disputes.customer_id,
        disputes.invoice_id,
        disputes.currency_code,
        'dispute_opened' as event_type,
        'dispute' as settlement_kind,
        disputes.amount_minor,
        disputes.opened_date as event_date,
        disputes.opened_date as policy_date,
        disputes.opened_at as recorded_at
    from disputes
    inner join disputes_valued
        on
            disputes.dispute_id = disputes_valued.dispute_id
            and disputes_valued.dispute_treatment = 'contra_on_open'
    union all
    select
        disputes.dispute_id as return_id,
        disputes.entity_id,
        disputes.source_name,
        disputes.source_table,
        disputes.source_record_id,
        disputes.charge_reference,
        disputes.customer_id,
        disputes.invoice_id,
        disputes.currency_code,
        'dispute_lost' as event_type,
        'dispute' as settlement_kind,
        disputes.amount_minor,
        disputes.lost_date as event_date,
        disputes.opened_date as policy_date,
        disputes.lost_at as recorded_at
    from disputes
    inner join disputes_valued
        on
            disputes.dispute_id = disputes_valued.dispute_id
            and disputes_valued.dispute_treatment <> 'contra_on_open'
    where disputes.lost_at is not null
)

select * from returned_payments
