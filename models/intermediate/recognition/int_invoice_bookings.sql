-- grain: one row per invoice_id
with

invoices as (
    select * from {{ ref('int_invoices') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

-- An invoice is booked when it is finalised, at the rate of that day. Without a published rate
-- it is not booked at 1.0: it stays out and int_rows_without_rate reports it.
invoice_bookings as (
    select
        invoices.invoice_id,
        invoices.entity_id,
        invoices.source_name,
        invoices.source_record_id as document_reference,
        invoices.customer_id,
        invoices.subscription_id,
        invoices.currency_code,
        entities.functional_currency_code,
        invoices.net_amount_minor,
        invoices.tax_amount_minor,
        invoices.total_amount_minor,
        invoices.issued_at as booked_at,
        invoices.issued_date as booked_date,
        cast({{ dbt.date_trunc('month', 'invoices.issued_date') }} as date) as booked_month,
        invoices.voided_at,
        invoices.voided_date,
        invoices.uncollectible_at,
        invoices.uncollectible_date,
        invoices.recorded_at,
        entities.as_of_date,
        factors.multiplier,
        factors.divisor
    from invoices
    inner join entities
        on invoices.entity_id = entities.entity_id
    inner join factors
        on
            invoices.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and invoices.issued_date = factors.rate_date
)

select * from invoice_bookings
