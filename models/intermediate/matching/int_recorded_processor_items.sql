-- grain: one row per item_id
with

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

-- Fees are judged with the ledger, which books them; every other movement must have a reason in
-- billing or in the list of payouts, those of unusual kinds most of all.
recorded_items as (
    select
        'processor:recorded:' || entity_id || ':' || source_name || ':' || source_record_id
            as item_id,
        entity_id,
        object_reference as document_reference,
        customer_id,
        payout_id as counterparty_reference,
        presentment_currency_code as currency_code,
        presentment_amount_minor as amount_minor,
        occurred_date as item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id,
        kind as journal_kind
    from processor_transactions
    where kind <> 'fee'
)

select * from recorded_items
