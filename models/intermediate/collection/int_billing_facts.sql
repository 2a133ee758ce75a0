-- grain: one row per movement_id
with

movements as (
    select * from {{ ref('int_billing_to_processor') }}
),

invoice_collections as (
    select * from {{ ref('int_invoice_collections') }}
),

duplicate_charges as (
    select * from {{ ref('int_duplicate_charges') }}
),

bank_collections as (
    select * from {{ ref('int_bank_collections') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

duplicated_invoices as (
    select
        invoice_id,
        min(charge_reference) as duplicate_reference
    from duplicate_charges
    group by invoice_id
),

billing_facts as (
    select
        movements.movement_id,
        movements.entity_id,
        movements.event_type,
        movements.processor_name,
        movements.document_reference,
        movements.movement_date,
        movements.customer_id,
        movements.invoice_id,
        movements.expected_item_id,
        movements.recorded_item_id,
        movements.is_in_billing,
        movements.billing_currency_code,
        movements.billing_amount_minor,
        movements.billing_date,
        movements.is_at_processor,
        movements.presentment_currency_code,
        movements.presentment_amount_minor,
        movements.settlement_currency_code,
        movements.settlement_amount_minor,
        movements.fee_amount_minor,
        movements.net_amount_minor,
        movements.exchange_rate,
        movements.converted_amount_minor,
        movements.processor_date,
        movements.transaction_count,
        movements.difference_minor,
        movements.item_status,
        movements.decision_id,
        invoice_collections.invoice_reference,
        invoice_collections.invoice_number,
        invoice_collections.invoice_status,
        invoice_collections.currency_code as invoice_currency_code,
        invoice_collections.paid_at as invoice_paid_at,
        invoice_collections.due_amount_minor,
        invoice_collections.collected_amount_minor,
        invoice_collections.attempt_count,
        invoice_collections.note_count,
        duplicate_charges.earlier_reference,
        case when movements.processor_name = 'none' then duplicated_invoices.duplicate_reference end
            as duplicate_reference,
        movements.processor_name = 'none' as is_outside,
        {{ plays_role(
            'movements.processor_name', 'billing_sources'
        ) }} as is_known_to_billing,
        coalesce(bank_collections.bank_amount_minor, 0) as bank_amount_minor,
        {{ dbt.datediff(
            'movements.movement_date', 'entities.as_of_date', 'day'
        ) }} as age_days
    from movements
    inner join entities
        on movements.entity_id = entities.entity_id
    left join invoice_collections
        on movements.invoice_id = invoice_collections.invoice_id
    left join duplicate_charges
        on
            movements.event_type = 'payment'
            and movements.entity_id = duplicate_charges.entity_id
            and movements.processor_name = duplicate_charges.processor_name
            and movements.document_reference = duplicate_charges.charge_reference
    left join duplicated_invoices
        on movements.invoice_id = duplicated_invoices.invoice_id
    left join bank_collections
        on
            movements.processor_name = 'none'
            and movements.entity_id = bank_collections.entity_id
            and movements.document_reference = bank_collections.document_reference
            and movements.billing_currency_code = bank_collections.currency_code
)

select * from billing_facts
