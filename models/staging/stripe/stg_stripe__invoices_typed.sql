-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'invoice') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('number') }} as invoice_number,
        {{ trimmed('customer_id') }} as customer_reference,
        {{ trimmed('subscription_id') }} as subscription_reference,
        lower({{ trimmed('status') }}) as status,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('subtotal', 0) }} as subtotal_amount_minor,
        -- Absent means none; present and unreadable stays null and is found later.
        case when tax is null then 0 else {{ minor_units('tax', 0) }} end as tax_amount_minor,
        {{ minor_units('total', 0) }} as total_amount_minor,
        case
            when amount_paid is null then 0
            else {{ minor_units('amount_paid', 0) }}
        end as paid_amount_minor,
        case
            when starting_balance is null or ending_balance is null then 0
            else {{ minor_units('ending_balance', 0) }} - {{ minor_units('starting_balance', 0) }}
        end as credit_applied_amount_minor,
        {{ utc_timestamp('created') }} as created_at,
        {{ utc_timestamp('due_date') }} as due_at,
        {{ utc_timestamp('status_transitions_finalized_at') }} as finalized_at,
        {{ utc_timestamp('status_transitions_paid_at') }} as paid_at,
        {{ utc_timestamp('status_transitions_voided_at') }} as voided_at,
        {{ utc_timestamp('status_transitions_marked_uncollectible_at') }} as uncollectible_at,
        {{ truth('livemode', 'true') }} as is_live,
        {{ truth('is_deleted', 'false') }} as is_deleted,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, total_amount_minor desc nulls last,
                paid_amount_minor desc nulls last, status asc, currency_code asc,
                subtotal_amount_minor asc, tax_amount_minor asc, credit_applied_amount_minor asc,
                created_at asc, finalized_at asc, paid_at asc, voided_at asc, uncollectible_at asc,
                due_at asc, invoice_number asc, customer_reference asc,
                subscription_reference asc, is_live asc, is_deleted asc
        ) as version_number
    from typed
),

invoices_typed as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }} as invoice_id,
        invoice_number,
        {{ prefixed_id('stripe', 'source_relation', 'customer_reference') }} as customer_id,
        {{ prefixed_id('stripe', 'source_relation', 'subscription_reference') }}
            as subscription_id,
        status,
        currency_code,
        subtotal_amount_minor,
        tax_amount_minor,
        total_amount_minor,
        paid_amount_minor,
        credit_applied_amount_minor,
        coalesce(finalized_at, created_at) as issued_at,
        due_at,
        -- Paid without a time: nobody can have paid it before it was issued.
        case
            when status = 'paid' then coalesce(paid_at, finalized_at, created_at) else paid_at
        end as paid_at,
        voided_at,
        uncollectible_at,
        source_relation,
        source_record_id,
        version_number,
        customer_reference,
        created_at as recorded_at,
        synced_at,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
            when not is_live then 'test_mode'
            when is_deleted then 'deleted'
            when status = 'draft' then 'draft'
        end as ignore_reason
    from versioned
)

select * from invoices_typed
