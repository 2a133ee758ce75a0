-- grain: one row per item_id
{{ config(materialized='view') }}

with

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
),

items as (
    select
        item_id,
        'expected' as side,
        leg,
        entity_id,
        account_role,
        event_type,
        processor_name,
        document_reference,
        customer_id,
        counterparty_reference,
        currency_code,
        amount_minor,
        functional_amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id,
        false as is_manual,
        is_matchable
    from expected_items
    union all
    select
        item_id,
        'recorded' as side,
        leg,
        entity_id,
        account_role,
        null as event_type,
        null as processor_name,
        document_reference,
        customer_id,
        counterparty_reference,
        currency_code,
        amount_minor,
        functional_amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id,
        is_manual,
        is_matchable
    from recorded_items
)

select * from items
