-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'payout') }}
),

balance_transactions as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
    where version_number = 1 and source_record_id is not null
),

currencies as (
    select * from {{ ref('currencies') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('failure_balance_transaction_id') }} as failure_transaction_reference,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('amount', 0) }} as amount_minor,
        lower({{ trimmed('status') }}) as status,
        {{ truth('automatic', 'true') }} as is_automatic,
        lower({{ trimmed('method') }}) as payout_method,
        {{ utc_timestamp('created') }} as created_at,
        -- A bank's day, not a moment: it stays the date it is in every time zone.
        cast({{ utc_timestamp('arrival_date') }} as date) as arrival_date,
        {{ truth('livemode', 'true') }} as is_live,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, failure_transaction_reference desc nulls last,
                status asc, amount_minor desc nulls last, currency_code asc, created_at asc,
                arrival_date asc, is_automatic asc, payout_method asc, is_live asc
        ) as version_number
    from typed
),

payouts as (
    select
        {{ prefixed_id('stripe', 'versioned.source_relation', 'versioned.source_record_id') }}
            as payout_id,
        'stripe' as processor_name,
        versioned.currency_code,
        versioned.amount_minor,
        versioned.status,
        versioned.is_automatic,
        versioned.payout_method,
        versioned.created_at,
        versioned.arrival_date,
        failure_movements.occurred_at as failed_at,
        'stripe' as source_name,
        'payout' as source_table,
        versioned.source_record_id,
        versioned.source_relation,
        versioned.version_number,
        versioned.created_at as recorded_at,
        versioned.synced_at,
        case
            when versioned.source_record_id is null then 'missing_key'
            when versioned.currency_code is null then 'missing_currency'
            when currencies.currency_code is null then 'unknown_currency'
            when versioned.amount_minor is null then 'unreadable_amount'
            when versioned.created_at is null or versioned.arrival_date is null
                then 'unreadable_time'
            when versioned.status is null then 'unknown_status'
        end as quarantine_reason,
        case
            when versioned.source_record_id is not null and versioned.version_number > 1
                then 'superseded'
            when not versioned.is_live then 'test_mode'
        end as ignore_reason
    from versioned
    left join balance_transactions as failure_movements
        on
            versioned.failure_transaction_reference = failure_movements.source_record_id
            and coalesce(versioned.source_relation, '')
            = coalesce(failure_movements.source_relation, '')
    left join currencies
        on versioned.currency_code = currencies.currency_code
)

select * from payouts
