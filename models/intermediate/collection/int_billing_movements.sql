-- grain: one row per entity_id, event_type, processor_name, document_reference
with

expected_items as (
    select * from {{ ref('int_expected_processor_items') }}
),

payments as (
    select * from {{ ref('int_payments') }}
),

-- What billing says moved, signed from the account's side: at a processor the very items that the
-- processor leg expects, and what it holds for paid outside every processor.
movements as (
    select
        expected_items.entity_id,
        expected_items.event_type,
        expected_items.source_name as processor_name,
        expected_items.document_reference,
        expected_items.item_id as expected_item_id,
        expected_items.customer_id,
        coalesce(expected_items.invoice_id, payments.quoted_invoice_id) as invoice_id,
        expected_items.currency_code,
        expected_items.amount_minor,
        expected_items.item_date
    from expected_items
    left join payments
        on
            expected_items.event_type = 'payment'
            and expected_items.entity_id = payments.entity_id
            and expected_items.source_name = payments.processor_name
            and expected_items.document_reference = payments.charge_reference
    union all
    select
        entity_id,
        'payment' as event_type,
        'none' as processor_name,
        source_record_id as document_reference,
        null as expected_item_id,
        customer_id,
        invoice_id,
        currency_code,
        amount_minor,
        paid_date as item_date
    from payments
    where is_out_of_band
)

select * from movements
