-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'charge') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('invoice_id') }} as invoice_reference,
        {{ trimmed('customer_id') }} as customer_reference,
        {{ trimmed('payment_intent_id') }} as payment_reference,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('amount', 0) }} as amount_minor,
        case
            when amount_captured is null then {{ minor_units('amount', 0) }}
            else {{ minor_units('amount_captured', 0) }}
        end as captured_amount_minor,
        lower({{ trimmed('status') }}) as status,
        {{ truth('captured', 'true') }} as is_captured,
        {{ utc_timestamp('created') }} as created_at,
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
                synced_at desc nulls last, status desc, captured_amount_minor desc nulls last,
                amount_minor desc nulls last, currency_code asc, created_at asc,
                invoice_reference asc, customer_reference asc, payment_reference asc,
                is_captured asc, is_live asc
        ) as version_number
    from typed
),

charges as (
    select
        'stripe' as source_name,
        'charge' as source_table,
        versioned.source_relation,
        versioned.source_record_id,
        versioned.version_number,
        versioned.invoice_reference,
        versioned.customer_reference,
        versioned.payment_reference,
        {{ prefixed_id('stripe', 'versioned.source_relation', 'versioned.customer_reference') }}
            as customer_id,
        versioned.currency_code,
        versioned.amount_minor,
        versioned.captured_amount_minor,
        versioned.status,
        versioned.is_live,
        versioned.created_at as recorded_at,
        versioned.synced_at,
        case
            when versioned.source_record_id is null then 'missing_key'
            when versioned.currency_code is null then 'missing_currency'
            when currencies.currency_code is null then 'unknown_currency'
            when versioned.amount_minor is null then 'unreadable_amount'
            when versioned.captured_amount_minor is null then 'unreadable_amount'
            when versioned.created_at is null then 'unreadable_time'
            when versioned.status not in ('succeeded', 'pending', 'failed') then 'unknown_status'
            when versioned.status is null then 'unknown_status'
        end as quarantine_reason,
        case
            when versioned.source_record_id is not null and versioned.version_number > 1
                then 'superseded'
            when not versioned.is_live then 'test_mode'
            when versioned.status = 'failed' then 'failed_attempt'
            when versioned.status = 'pending' then 'payment_pending'
            when not versioned.is_captured then 'uncaptured'
        end as ignore_reason
    from versioned
    left join currencies
        on versioned.currency_code = currencies.currency_code
)

select * from charges
