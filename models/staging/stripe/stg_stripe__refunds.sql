-- grain: one row per source_relation, source_record_id, version_number
with

typed as (
    select * from {{ ref('stg_stripe__refunds_typed') }}
),

charges as (
    select * from {{ ref('stg_stripe__charges') }}
    where version_number = 1 and source_record_id is not null
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where ignore_reason is null and quarantine_reason is null
),

balance_transactions as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
    where version_number = 1 and source_record_id is not null
),

currencies as (
    select * from {{ ref('currencies') }}
),

refunds as (
    select
        {{ prefixed_id('stripe', 'typed.source_relation', 'typed.source_record_id') }} as refund_id,
        typed.charge_reference,
        invoices.invoice_id,
        coalesce(charges.customer_id, invoices.customer_id) as customer_id,
        typed.currency_code,
        typed.amount_minor,
        typed.status,
        typed.reason,
        typed.created_at,
        -- A refund that succeeded moved money even when its balance transaction never landed:
        -- the processor leg must miss it, not forget it.
        coalesce(
            refund_movements.occurred_at,
            case when typed.status = 'succeeded' then typed.created_at end
        ) as posted_at,
        failure_movements.occurred_at as failed_at,
        'stripe' as source_name,
        'refund' as source_table,
        typed.source_record_id,
        typed.source_relation,
        typed.version_number,
        typed.created_at as recorded_at,
        typed.synced_at,
        case
            when typed.source_record_id is null then 'missing_key'
            when typed.currency_code is null then 'missing_currency'
            when currencies.currency_code is null then 'unknown_currency'
            when typed.amount_minor is null then 'unreadable_amount'
            when typed.created_at is null then 'unreadable_time'
        end as quarantine_reason,
        case
            when typed.source_record_id is not null and typed.version_number > 1 then 'superseded'
            when not charges.is_live then 'test_mode'
            when
                refund_movements.source_record_id is null
                and coalesce(typed.status, '') <> 'succeeded'
                then 'no_money_moved'
        end as ignore_reason
    from typed
    left join charges
        on
            typed.charge_reference = charges.source_record_id
            and coalesce(typed.source_relation, '') = coalesce(charges.source_relation, '')
    left join invoices
        on
            charges.invoice_reference = invoices.source_record_id
            and coalesce(charges.source_relation, '') = coalesce(invoices.source_relation, '')
    left join balance_transactions as refund_movements
        on
            typed.balance_transaction_reference = refund_movements.source_record_id
            and coalesce(typed.source_relation, '') = coalesce(refund_movements.source_relation, '')
    left join balance_transactions as failure_movements
        on
            typed.failure_transaction_reference = failure_movements.source_record_id
            and coalesce(typed.source_relation, '')
            = coalesce(failure_movements.source_relation, '')
    left join currencies
        on typed.currency_code = currencies.currency_code
)

select * from refunds
