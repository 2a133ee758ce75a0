-- grain: one row per processor_transaction_id
with

readable as (
    select * from {{ from_sources('processor_sources', 'processor_transactions') }}
),

processor_transactions as (
    select
        processor_transaction_id,
        processor_name,
        kind,
        charge_reference,
        object_reference,
        payout_id,
        customer_id,
        currency_code,
        gross_amount_minor,
        fee_amount_minor,
        net_amount_minor,
        presentment_currency_code,
        presentment_amount_minor,
        exchange_rate,
        occurred_at,
        {{ accounting_date('occurred_at', 'entity_timezone') }} as occurred_date,
        available_at,
        ending_balance_amount_minor,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from processor_transactions
