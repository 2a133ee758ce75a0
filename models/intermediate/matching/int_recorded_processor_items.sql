-- grain: one row per item_id
with

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

-- What only the processor knows (fees, holds, top-ups, transfers, conversions, and what it gave back
-- where it is not the billing system) is judged with the ledger, which books it. Every other movement
-- must have a reason in billing or in the list of payouts, those of unusual kinds most of all.
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
    where
        kind not in ('fee', 'reserve', 'topup', 'transfer', 'conversion')
        and (
            kind not in ('refund', 'refund_failure', 'dispute', 'dispute_reversal')
            or {{ plays_role('source_name', 'billing_sources') }}
        )
)

select * from recorded_items
