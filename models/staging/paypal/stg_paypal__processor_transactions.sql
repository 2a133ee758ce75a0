-- grain: one row per source_relation, source_record_id, version_number
with

transactions as (
    select * from {{ ref('stg_paypal__transactions') }}
),

transaction_links as (
    select * from {{ ref('stg_paypal__transaction_links') }}
),

-- PayPal keeps a balance in every currency that customers pay in, so what the customer saw is what
-- settles; changing it into another currency is a transaction of its own.
processor_transactions as (
    select
        {{ prefixed_id(
            'paypal', 'transactions.source_relation', 'transactions.source_record_id'
        ) }} as processor_transaction_id,
        'paypal' as processor_name,
        coalesce(transaction_links.kind, transactions.kind) as kind,
        transaction_links.charge_reference,
        coalesce(transaction_links.object_reference, transactions.source_record_id)
            as object_reference,
        {{ prefixed_id(
            'paypal', 'transactions.source_relation', 'transaction_links.payout_reference'
        ) }} as payout_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        transactions.currency_code,
        transactions.gross_amount_minor,
        transactions.fee_amount_minor,
        transactions.net_amount_minor,
        transactions.currency_code as presentment_currency_code,
        transactions.gross_amount_minor as presentment_amount_minor,
        cast(null as decimal(18, 8)) as exchange_rate,
        transactions.occurred_at,
        transactions.occurred_at as available_at,
        'paypal' as source_name,
        'transaction' as source_table,
        transactions.source_record_id,
        transactions.source_relation,
        transactions.version_number,
        transactions.occurred_at as recorded_at,
        transactions.synced_at,
        transactions.quarantine_reason,
        transactions.ignore_reason,
        transactions.ending_balance_amount_minor
    from transactions
    left join transaction_links
        on
            coalesce(transactions.source_relation, '') = transaction_links.relation_key
            and transactions.source_record_id = transaction_links.source_record_id
)

select * from processor_transactions
