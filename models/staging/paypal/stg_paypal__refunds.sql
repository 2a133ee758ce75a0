-- grain: one row per source_relation, source_record_id, version_number
with

transactions as (
    select * from {{ ref('stg_paypal__transactions') }}
    where kind = 'refund'
),

processor_transactions as (
    select * from {{ ref('stg_paypal__processor_transactions') }}
    where ignore_reason is null and quarantine_reason is null
),

failures as (
    select
        coalesce(source_relation, '') as relation_key,
        object_reference,
        min(occurred_at) as failed_at
    from processor_transactions
    where kind = 'refund_failure'
    group by coalesce(source_relation, ''), object_reference
),

refunds as (
    select
        {{ prefixed_id('paypal', 'transactions.source_relation', 'transactions.source_record_id') }}
            as refund_id,
        processor_transactions.charge_reference,
        cast(null as {{ dbt.type_string() }}) as invoice_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        transactions.currency_code,
        -transactions.gross_amount_minor as amount_minor,
        case when failures.failed_at is null then 'succeeded' else 'failed' end as status,
        transactions.event_code as reason,
        transactions.occurred_at as created_at,
        transactions.occurred_at as posted_at,
        failures.failed_at,
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
    left join processor_transactions
        on
            transactions.source_record_id = processor_transactions.source_record_id
            and coalesce(transactions.source_relation, '')
            = coalesce(processor_transactions.source_relation, '')
    left join failures
        on
            transactions.source_record_id = failures.object_reference
            and coalesce(transactions.source_relation, '') = failures.relation_key
)

select * from refunds
