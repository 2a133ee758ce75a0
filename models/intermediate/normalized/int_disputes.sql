-- grain: one row per dispute_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'disputes') }}
),

disputes as (
    select
        dispute_id,
        charge_reference,
        invoice_id,
        customer_id,
        currency_code,
        amount_minor,
        status,
        reason,
        opened_at,
        {{ accounting_date('opened_at', 'entity_timezone') }} as opened_date,
        won_at,
        {{ accounting_date('won_at', 'entity_timezone') }} as won_date,
        lost_at,
        {{ accounting_date('lost_at', 'entity_timezone') }} as lost_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from disputes
