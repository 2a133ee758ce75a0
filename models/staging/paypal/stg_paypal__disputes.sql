-- grain: one row per source_relation, source_record_id, version_number
with

transactions as (
    select * from {{ ref('stg_paypal__transactions') }}
    where kind = 'dispute'
),

processor_transactions as (
    select * from {{ ref('stg_paypal__processor_transactions') }}
    where ignore_reason is null and quarantine_reason is null
),

reversals as (
    select
        coalesce(source_relation, '') as relation_key,
        object_reference,
        max(occurred_at) as won_at
    from processor_transactions
    where kind = 'dispute_reversal'
    group by coalesce(source_relation, ''), object_reference
),

-- PayPal takes a chargeback when the bank has decided it: it is lost that day unless it comes back.
disputes as (
    select
        {{ prefixed_id('paypal', 'transactions.source_relation', 'transactions.source_record_id') }}
            as dispute_id,
        processor_transactions.charge_reference,
        cast(null as {{ dbt.type_string() }}) as invoice_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        transactions.currency_code,
        -transactions.gross_amount_minor as amount_minor,
        case when reversals.won_at is null then 'lost' else 'won' end as status,
        cast(null as {{ dbt.type_string() }}) as reason,
        transactions.occurred_at as opened_at,
        reversals.won_at,
        case when reversals.won_at is null then transactions.occurred_at end as lost_at,
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
    left join reversals
        on
            transactions.source_record_id = reversals.object_reference
            and coalesce(transactions.source_relation, '') = reversals.relation_key
)

select * from disputes
