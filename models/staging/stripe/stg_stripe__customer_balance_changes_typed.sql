-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'customer_balance_transaction') }}
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
        {{ truth('livemode', 'true') }} as is_live,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

customer_balance_changes_typed as (
    select
        source_relation,
        source_record_id,
        customer_reference,
        invoice_reference,
        credit_note_reference,
        -- A charge too small to make, or more paid than due, moves between invoice and balance.
        case
            when stripe_type in ('adjustment', 'initial', 'migration') then 'granted'
            when
                stripe_type in (
                    'applied_to_invoice', 'unapplied_from_invoice', 'invoice_too_small',
                    'invoice_too_large', 'invoice_overpaid'
                )
                then 'applied'
            when stripe_type = 'credit_note' then 'credited'
            else 'other'
        end as kind,
        currency_code,
        amount_minor,
        changed_at,
        is_live,
        synced_at,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, amount_minor desc nulls last, stripe_type asc,
                currency_code asc, changed_at asc, customer_reference asc, invoice_reference asc,
                credit_note_reference asc, is_live asc
        ) as version_number
    from typed
)

select * from customer_balance_changes_typed
