-- grain: one row per item_id
{{ config(materialized='view') }}

with

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
),

usage_dues as (
    select * from {{ ref('int_usage_dues') }}
),

all_items as (
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
),

quantities as (
    select
        'usage:expected:' || chain_id as item_id,
        quantity_millionths
    from usage_dues
    union all
    select
        'usage:recorded:' || chain_id as item_id,
        invoiced_quantity_millionths as quantity_millionths
    from usage_dues
),

-- Only the leg usage knows units; everywhere else the quantity is null.
items as (
    select
        all_items.*,
        quantities.quantity_millionths
    from all_items
    left join quantities
        on all_items.item_id = quantities.item_id
)

select * from items
