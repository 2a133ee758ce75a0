-- grain: one row per item_id
with

usage_dues as (
    select * from {{ ref('int_usage_dues') }}
),

expected_items as (
    select
        'usage:expected:' || chain_id as item_id,
        'usage' as leg,
        'usage' as account_role,
        'usage_rated' as event_type,
        cast(null as {{ dbt.type_string() }}) as processor_name,
        entity_id,
        document_reference,
        cast(null as {{ dbt.type_string() }}) as counterparty_reference,
        client_id as customer_id,
        cast(null as {{ dbt.type_string() }}) as invoice_id,
        currency_code,
        amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id,
        is_contradicted
    from usage_dues
)

select * from expected_items
