-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'credit_note') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('number') }} as credit_note_number,
        {{ trimmed('invoice_id') }} as invoice_reference,
        {{ trimmed('refund_id') }} as refund_reference,
        coalesce(lower({{ trimmed('type') }}), 'pre_payment') as kind,
        lower({{ trimmed('status') }}) as status,
        {{ trimmed('reason') }} as reason,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('coalesce(total, amount)', 0) }} as total_amount_minor,
        -- Without a subtotal the note states no tax.
        case
            when subtotal is null then {{ minor_units('coalesce(total, amount)', 0) }}
            when discount_amount is null then {{ minor_units('subtotal', 0) }}
            else {{ minor_units('subtotal', 0) }} - {{ minor_units('discount_amount', 0) }}
        end as net_amount_minor,
        {{ utc_timestamp('created') }} as issued_at,
        {{ utc_timestamp('voided_at') }} as voided_at,
        {{ truth('livemode', 'true') }} as is_live,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

credit_notes_typed as (
    select
        source_relation,
        source_record_id,
        credit_note_number,
        invoice_reference,
        refund_reference,
        kind,
        status,
        reason,
        currency_code,
        net_amount_minor,
        total_amount_minor,
        issued_at,
        voided_at,
        is_live,
        synced_at,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, voided_at desc nulls last, status desc,
                total_amount_minor desc nulls last, net_amount_minor desc, currency_code asc,
                issued_at asc, credit_note_number asc, invoice_reference asc, refund_reference asc,
                kind asc, reason asc, is_live asc
        ) as version_number
    from typed
)

select * from credit_notes_typed
