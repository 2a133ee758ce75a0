-- grain: one row per relation_key, balance_transaction_reference
with

landed as (
    select * from {{ raw('stripe', 'payout_balance_transaction') }}
),

typed as (
    select
        coalesce({{ trimmed('source_relation') }}, '') as relation_key,
        {{ trimmed('balance_transaction_id') }} as balance_transaction_reference,
        {{ trimmed('payout_id') }} as payout_reference,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by relation_key, balance_transaction_reference
            order by synced_at desc nulls last, payout_reference asc
        ) as version_number
    from typed
),

payout_links as (
    select
        relation_key,
        balance_transaction_reference,
        payout_reference
    from versioned
    where version_number = 1 and balance_transaction_reference is not null
)

select * from payout_links
