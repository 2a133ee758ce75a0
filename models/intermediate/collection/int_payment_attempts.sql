-- grain: one row per attempt_id
with

readable as (
    select * from {{ from_sources(['billing_sources', 'processor_sources'], 'payment_attempts') }}
),

invoice_names as (
    select * from {{ ref('int_invoice_names') }}
),

-- A customer tried to pay and no money came.
payment_attempts as (
    select
        readable.attempt_id,
        readable.entity_id,
        coalesce(by_id.invoice_id, by_number.invoice_id) as invoice_id,
        readable.source_name as processor_name,
        readable.attempt_status,
        readable.currency_code,
        readable.amount_minor,
        readable.recorded_at
    from readable
    left join invoice_names as by_id
        on
            readable.entity_id = by_id.entity_id
            and lower(readable.quoted_invoice_reference) = by_id.quoted_name
    left join invoice_names as by_number
        on
            readable.entity_id = by_number.entity_id
            and lower(readable.quoted_invoice_number) = by_number.quoted_name
)

select * from payment_attempts
