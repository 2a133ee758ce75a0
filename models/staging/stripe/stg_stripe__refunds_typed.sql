-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'refund') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('charge_id') }} as charge_reference,
        {{ trimmed('balance_transaction_id') }} as balance_transaction_reference,
        {{ trimmed('failure_balance_transaction_id') }} as failure_transaction_reference,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('amount', 0) }} as amount_minor,
        lower({{ trimmed('status') }}) as status,
        {{ trimmed('reason') }} as reason,
        {{ utc_timestamp('created') }} as created_at,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

refunds_typed as (
    select
        source_relation,
        source_record_id,
        charge_reference,
        balance_transaction_reference,
        failure_transaction_reference,
        currency_code,
        amount_minor,
        status,
        reason,
        created_at,
        synced_at,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, failure_transaction_reference desc nulls last,
                status asc, amount_minor desc nulls last, currency_code asc, created_at asc,
                charge_reference asc, balance_transaction_reference asc, reason asc
        ) as version_number
    from typed
)

select * from refunds_typed
