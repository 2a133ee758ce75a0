-- grain: one row per refund_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'refunds') }}
),

refunds as (
    select
        refund_id,
        charge_reference,
        invoice_id,
        customer_id,
        currency_code,
        amount_minor,
        status,
        reason,
        created_at,
        {{ accounting_date('created_at', 'entity_timezone') }} as created_date,
        posted_at,
        {{ accounting_date('posted_at', 'entity_timezone') }} as posted_date,
        failed_at,
        {{ accounting_date('failed_at', 'entity_timezone') }} as failed_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from refunds
