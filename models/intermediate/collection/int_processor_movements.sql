-- grain: one row per entity_id, event_type, processor_name, document_reference, movement_part
with

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
    where kind in ('charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')
),

recorded_items as (
    select * from {{ ref('int_recorded_processor_items') }}
),

transactions as (
    select
        processor_transactions.*,
        recorded_items.item_id,
        coalesce(processor_transactions.object_reference, processor_transactions.source_record_id)
            as document_reference,
        case processor_transactions.kind
            when 'charge' then 'payment'
            when 'refund_failure' then 'refund_failed'
            when 'dispute' then 'dispute_opened'
            when 'dispute_reversal' then 'dispute_won'
            else processor_transactions.kind
        end as event_type
    from processor_transactions
    left join recorded_items
        on
            processor_transactions.entity_id = recorded_items.entity_id
            and processor_transactions.source_name = recorded_items.source_name
            and processor_transactions.source_table = recorded_items.source_table
            and processor_transactions.source_record_id = recorded_items.source_record_id
),

-- A charge that is captured in parts, or in part, has several transactions.
sums as (
    select
        entity_id,
        event_type,
        processor_name,
        document_reference,
        presentment_currency_code,
        currency_code,
        min(item_id) as recorded_item_id,
        min(customer_id) as customer_id,
        min(occurred_date) as occurred_date,
        cast(count(*) as {{ dbt.type_bigint() }}) as transaction_count,
        cast(sum(presentment_amount_minor) as {{ dbt.type_bigint() }}) as presentment_amount_minor,
        cast(sum(gross_amount_minor) as {{ dbt.type_bigint() }}) as gross_amount_minor,
        cast(sum(fee_amount_minor) as {{ dbt.type_bigint() }}) as fee_amount_minor,
        cast(sum(net_amount_minor) as {{ dbt.type_bigint() }}) as net_amount_minor,
        case when min(exchange_rate) = max(exchange_rate) then min(exchange_rate) end
            as exchange_rate
    from transactions
    group by
        entity_id,
        event_type,
        processor_name,
        document_reference,
        presentment_currency_code,
        currency_code
),

processor_movements as (
    select
        *,
        row_number() over (
            partition by entity_id, event_type, processor_name, document_reference
            order by presentment_currency_code asc, currency_code asc
        ) as movement_part
    from sums
)

select * from processor_movements
