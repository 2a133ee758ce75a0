-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'invoice_line_item') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        -- id repeats across invoices in old landings; unique_id does not.
        coalesce({{ trimmed('unique_id') }}, {{ trimmed('id') }}) as source_record_id,
        {{ trimmed('invoice_id') }} as invoice_reference,
        {{ trimmed('subscription_id') }} as subscription_reference,
        {{ trimmed('subscription_item_id') }} as subscription_item_reference,
        coalesce({{ trimmed('price_id') }}, {{ trimmed('plan_id') }}) as price_reference,
        lower({{ trimmed('type') }}) as stripe_line_type,
        {{ truth('proration', 'false') }} as is_proration,
        {{ exact_decimal('quantity') }} as quantity,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('amount', 0) }} as amount_minor,
        replace({{ trimmed('metadata') }}, '": "', '":"') as metadata_text,
        {{ utc_timestamp('period_start') }} as period_start_at,
        {{ utc_timestamp('period_end') }} as period_end_at,
        (period_start is not null and {{ utc_timestamp('period_start') }} is null)
        or (period_end is not null and {{ utc_timestamp('period_end') }} is null)
        or {{ utc_timestamp('period_end') }} < {{ utc_timestamp('period_start') }}
            as has_unreadable_period,
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
                synced_at desc nulls last, amount_minor desc nulls last, invoice_reference asc,
                price_reference asc, period_start_at asc, period_end_at asc, currency_code asc,
                quantity asc, subscription_reference asc, subscription_item_reference asc,
                stripe_line_type asc, is_proration asc, metadata_text asc, is_live asc
        ) as version_number
    from typed
),

invoice_line_items as (
    select
        source_relation,
        source_record_id,
        version_number,
        invoice_reference,
        subscription_reference,
        subscription_item_reference,
        price_reference,
        stripe_line_type,
        is_proration,
        quantity,
        currency_code,
        amount_minor,
        metadata_text,
        period_start_at,
        period_end_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when currency_code is null then 'missing_currency'
            when amount_minor is null then 'unreadable_amount'
            when has_unreadable_period then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
            when not is_live then 'test_mode'
        end as ignore_reason
    from versioned
)

select * from invoice_line_items
