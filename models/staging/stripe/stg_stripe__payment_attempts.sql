-- grain: one row per attempt_id
with

charges as (
    select * from {{ ref('stg_stripe__charges') }}
    where ignore_reason = 'failed_attempt' and quarantine_reason is null
),

payment_attempts as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }} as attempt_id,
        status as attempt_status,
        currency_code,
        amount_minor,
        invoice_reference as quoted_invoice_reference,
        cast(null as {{ dbt.type_string() }}) as quoted_invoice_number,
        'stripe' as source_name,
        'charge' as source_table,
        source_record_id,
        source_relation,
        recorded_at,
        synced_at,
        quarantine_reason,
        cast(null as {{ dbt.type_string() }}) as ignore_reason
    from charges
)

select * from payment_attempts
