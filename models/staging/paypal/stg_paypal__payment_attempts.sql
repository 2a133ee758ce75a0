-- grain: one row per attempt_id
with

transactions as (
    select * from {{ ref('stg_paypal__transactions') }}
    where kind = 'charge' and ignore_reason = 'denied' and quarantine_reason is null
),

payment_attempts as (
    select
        {{ prefixed_id('paypal', 'source_relation', 'source_record_id') }} as attempt_id,
        ignore_reason as attempt_status,
        currency_code,
        gross_amount_minor as amount_minor,
        quoted_invoice_reference,
        quoted_invoice_number,
        'paypal' as source_name,
        'transaction' as source_table,
        source_record_id,
        source_relation,
        occurred_at as recorded_at,
        synced_at,
        quarantine_reason,
        cast(null as {{ dbt.type_string() }}) as ignore_reason
    from transactions
)

select * from payment_attempts
