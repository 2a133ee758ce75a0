-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'customer_balance_transaction') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('customer_id') }} as customer_reference,
        {{ trimmed('invoice_id') }} as invoice_reference,
        {{ trimmed('credit_note_id') }} as credit_note_reference,
        lower({{ trimmed('type') }}) as stripe_type,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('amount', 0) }} as amount_minor,
        {{ utc_timestamp('created') }} as changed_at,
        coalesce(livemode, true) as is_live,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, amount_minor desc nulls last, stripe_type asc,
                currency_code asc, changed_at asc, customer_reference asc, invoice_reference asc,
                credit_note_reference asc, is_live asc
        ) as version_number
    from typed
),

customer_balance_changes as (
    select
        {{ prefixed_id('stripe', 'versioned.source_relation', 'versioned.source_record_id') }}
            as balance_change_id,
        {{ prefixed_id('stripe', 'versioned.source_relation', 'versioned.customer_reference') }}
            as customer_id,
        {{ prefixed_id('stripe', 'versioned.source_relation', 'versioned.invoice_reference') }}
            as invoice_id,
        {{ prefixed_id('stripe', 'versioned.source_relation', 'versioned.credit_note_reference') }}
            as credit_note_id,
        case
            when versioned.stripe_type in ('adjustment', 'initial') then 'granted'
            when versioned.stripe_type in ('applied_to_invoice', 'unapplied_from_invoice')
                then 'applied'
            when versioned.stripe_type = 'credit_note' then 'credited'
            else 'other'
        end as kind,
        versioned.currency_code,
        versioned.amount_minor,
        versioned.changed_at,
        'stripe' as source_name,
        'customer_balance_transaction' as source_table,
        versioned.source_record_id,
        versioned.source_relation,
        versioned.version_number,
        versioned.changed_at as recorded_at,
        versioned.synced_at,
        case
            when versioned.source_record_id is null then 'missing_key'
            when versioned.currency_code is null then 'missing_currency'
            when currencies.currency_code is null then 'unknown_currency'
            when versioned.amount_minor is null then 'unreadable_amount'
            when versioned.changed_at is null then 'unreadable_time'
        end as quarantine_reason,
        case
            when versioned.source_record_id is not null and versioned.version_number > 1
                then 'superseded'
            when not versioned.is_live then 'test_mode'
        end as ignore_reason
    from versioned
    left join currencies
        on versioned.currency_code = currencies.currency_code
)

select * from customer_balance_changes
