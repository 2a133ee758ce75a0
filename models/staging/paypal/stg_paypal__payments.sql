-- grain: one row per payment_id
with

transactions as (
    select * from {{ ref('stg_paypal__transactions') }}
    where kind = 'charge' and ignore_reason is null and quarantine_reason is null
),

-- Whose invoice it is only billing knows: the payment names it, int_payments finds it.
payments as (
    select
        {{ prefixed_id('paypal', 'source_relation', 'source_record_id') }} as payment_id,
        cast(null as {{ dbt.type_string() }}) as invoice_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        currency_code,
        gross_amount_minor as amount_minor,
        'succeeded' as status,
        occurred_at as paid_at,
        source_record_id as charge_reference,
        cast(null as {{ dbt.type_string() }}) as payment_reference,
        false as is_out_of_band,
        quoted_invoice_reference,
        quoted_invoice_number,
        'paypal' as source_name,
        'transaction' as source_table,
        source_record_id,
        source_relation,
        occurred_at as recorded_at,
        synced_at,
        quarantine_reason,
        ignore_reason
    from transactions
)

select * from payments
