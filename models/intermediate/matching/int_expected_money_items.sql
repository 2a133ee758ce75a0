-- grain: one row per item_id
with

processor_items as (
    select * from {{ ref('int_expected_processor_items') }}
),

payout_items as (
    select * from {{ ref('int_expected_payout_items') }}
),

bank_items as (
    select * from {{ ref('int_expected_bank_items') }}
),

named_items as (
    select
        item_id,
        'processor' as leg,
        'processor_clearing' as account_role,
        event_type,
        cast(null as {{ dbt.type_string() }}) as processor_name,
        entity_id,
        document_reference,
        cast(null as {{ dbt.type_string() }}) as counterparty_reference,
        customer_id,
        invoice_id,
        currency_code,
        amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from processor_items
),

-- All have the same columns in the same order.
all_items as (
    select * from named_items
    union all
    select * from payout_items
    union all
    select * from bank_items
),

money_items as (
    select
        item_id,
        leg,
        account_role,
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
    from all_items
)

select * from money_items
