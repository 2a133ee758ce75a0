-- grain: one row per item_id
with

payouts as (
    select * from {{ ref('int_payouts') }}
),

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
    where kind = 'topup'
),

payments as (
    select * from {{ ref('int_payments') }}
    where is_out_of_band
),

-- A payout that failed on its way is never due at the bank; one that failed after it had arrived is
-- there twice, in and out again.
movements as (
    select
        'payout' as event_type,
        processor_name,
        entity_id,
        source_record_id as document_reference,
        source_record_id as counterparty_reference,
        null as customer_id,
        null as invoice_id,
        currency_code,
        amount_minor,
        arrival_date as item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from payouts
    where
        (failed_at is null and status not in ('failed', 'canceled'))
        or returned_date is not null
    union all
    select
        'payout_returned' as event_type,
        processor_name,
        entity_id,
        source_record_id as document_reference,
        source_record_id as counterparty_reference,
        null as customer_id,
        null as invoice_id,
        currency_code,
        -amount_minor as amount_minor,
        returned_date as item_date,
        failed_at as recorded_at,
        source_name,
        source_table,
        source_record_id
    from payouts
    where returned_date is not null
    union all
    select
        'topup' as event_type,
        processor_name,
        entity_id,
        coalesce(object_reference, source_record_id) as document_reference,
        coalesce(object_reference, source_record_id) as counterparty_reference,
        null as customer_id,
        null as invoice_id,
        currency_code,
        -gross_amount_minor as amount_minor,
        occurred_date as item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from processor_transactions
    union all
    select
        'external_payment' as event_type,
        null as processor_name,
        entity_id,
        source_record_id as document_reference,
        null as counterparty_reference,
        customer_id,
        invoice_id,
        currency_code,
        amount_minor,
        paid_date as item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from payments
),

-- A top-up and its reversal are about one object: each row of the source is an item of its own.
expected_items as (
    select
        'bank:expected:' || entity_id || ':' || event_type || ':' || source_record_id
            as item_id,
        'bank' as leg,
        'cash' as account_role,
        event_type,
        processor_name,
        entity_id,
        document_reference,
        counterparty_reference,
        customer_id,
        invoice_id,
        currency_code,
        amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from movements
    where item_date is not null
)

select * from expected_items
