-- grain: one row per movement_id
with

billing_movements as (
    select * from {{ ref('int_billing_movements') }}
),

processor_movements as (
    select * from {{ ref('int_processor_movements') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

decided_items as (
    select * from {{ ref('int_decided_items') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- Billing speaks of the first part; another currency under the same document stands for itself.
sides as (
    select
        coalesce(billing.entity_id, processor.entity_id) as entity_id,
        coalesce(billing.event_type, processor.event_type) as event_type,
        coalesce(billing.processor_name, processor.processor_name) as processor_name,
        coalesce(billing.document_reference, processor.document_reference) as document_reference,
        coalesce(processor.movement_part, 1) as movement_part,
        coalesce(billing.customer_id, processor.customer_id) as customer_id,
        billing.invoice_id,
        billing.expected_item_id,
        billing.currency_code as billing_currency_code,
        billing.amount_minor as billing_amount_minor,
        billing.item_date as billing_date,
        processor.recorded_item_id,
        processor.presentment_currency_code,
        processor.presentment_amount_minor,
        processor.currency_code as settlement_currency_code,
        processor.gross_amount_minor as settlement_amount_minor,
        processor.fee_amount_minor,
        processor.net_amount_minor,
        processor.exchange_rate,
        processor.occurred_date as processor_date,
        coalesce(processor.transaction_count, 0) as transaction_count
    from billing_movements as billing
    full outer join processor_movements as processor
        on
            billing.entity_id = processor.entity_id
            and billing.event_type = processor.event_type
            and billing.processor_name = processor.processor_name
            and billing.document_reference = processor.document_reference
            and processor.movement_part = 1
),

billing_to_processor as (
    select
        sides.entity_id || ':' || sides.event_type || ':' || sides.processor_name || ':'
        || sides.document_reference || ':' || cast(sides.movement_part as {{ dbt.type_string() }})
            as movement_id,
        sides.*,
        -- What the processor's own rate makes of what billing says; null where nothing was converted.
        case
            when
                sides.presentment_currency_code <> sides.settlement_currency_code
                and sides.exchange_rate > 0
                then {{ round_ratio(
                    'coalesce(sides.billing_amount_minor, sides.presentment_amount_minor)',
                    wide_integer('sides.exchange_rate * 100000000')
                    ~ ' * ' ~ power_of_ten('settlement_currencies.exponent'),
                    wide_integer('100000000')
                    ~ ' * ' ~ power_of_ten('presentment_currencies.exponent')
                ) }}
        end as converted_amount_minor,
        sides.billing_date is not null as is_in_billing,
        sides.transaction_count > 0 as is_at_processor,
        coalesce(sides.billing_date, sides.processor_date) as movement_date,
        coalesce(sides.billing_amount_minor, 0) - coalesce(sides.presentment_amount_minor, 0)
            as difference_minor,
        coalesce(expected_statuses.status, recorded_statuses.status) as item_status,
        coalesce(expected_decisions.decision_id, recorded_decisions.decision_id) as decision_id
    from sides
    left join item_statuses as expected_statuses
        on sides.expected_item_id = expected_statuses.item_id
    left join item_statuses as recorded_statuses
        on sides.recorded_item_id = recorded_statuses.item_id
    left join decided_items as expected_decisions
        on sides.expected_item_id = expected_decisions.item_id
    left join decided_items as recorded_decisions
        on sides.recorded_item_id = recorded_decisions.item_id
    left join currencies as presentment_currencies
        on sides.presentment_currency_code = presentment_currencies.currency_code
    left join currencies as settlement_currencies
        on sides.settlement_currency_code = settlement_currencies.currency_code
)

select * from billing_to_processor
