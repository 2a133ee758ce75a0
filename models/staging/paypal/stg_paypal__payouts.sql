-- grain: one row per source_relation, source_record_id, version_number
with

transactions as (
    select * from {{ ref('stg_paypal__transactions') }}
    where kind = 'payout'
),

processor_transactions as (
    select * from {{ ref('stg_paypal__processor_transactions') }}
    where ignore_reason is null and quarantine_reason is null
),

returns as (
    select
        coalesce(source_relation, '') as relation_key,
        object_reference,
        min(occurred_at) as failed_at
    from processor_transactions
    where kind = 'payout_reversal'
    group by coalesce(source_relation, ''), object_reference
),

-- PayPal does not say when money reaches the bank: int_payouts takes the day from payout_rails.
payouts as (
    select
        {{ prefixed_id('paypal', 'transactions.source_relation', 'transactions.source_record_id') }}
            as payout_id,
        'paypal' as processor_name,
        transactions.currency_code,
        -transactions.gross_amount_minor as amount_minor,
        case when returns.failed_at is null then 'paid' else 'failed' end as status,
        transactions.is_sweep as is_automatic,
        case when transactions.is_sweep then 'sweep' else 'standard' end as payout_method,
        transactions.occurred_at as created_at,
        cast(null as date) as arrival_date,
        returns.failed_at,
        'paypal' as source_name,
        'transaction' as source_table,
        transactions.source_record_id,
        transactions.source_relation,
        transactions.version_number,
        transactions.occurred_at as recorded_at,
        transactions.synced_at,
        transactions.quarantine_reason,
        transactions.ignore_reason
    from transactions
    left join returns
        on
            transactions.source_record_id = returns.object_reference
            and coalesce(transactions.source_relation, '') = returns.relation_key
)

select * from payouts
