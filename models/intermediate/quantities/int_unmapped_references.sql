-- grain: one row per entity_id, source_name, vendor_name, kind, field, reference
with

unmapped_rows as (
    select * from {{ ref('int_quantity_rows') }}
    where
        mapping_class in ('unmapped_client', 'unmapped_service', 'unmapped_both')
        and duplicate_of_row_id is null
),

unmapped_names as (
    select
        entity_id,
        source_name,
        vendor_name,
        kind,
        'client' as field,
        client_reference as reference,
        quantity_date,
        quantity_millionths
    from unmapped_rows
    where mapping_class <> 'unmapped_service'
    union all
    select
        entity_id,
        source_name,
        vendor_name,
        kind,
        'service' as field,
        service_reference as reference,
        quantity_date,
        quantity_millionths
    from unmapped_rows
    where mapping_class <> 'unmapped_client'
),

unmapped_references as (
    select
        entity_id,
        source_name,
        vendor_name,
        kind,
        field,
        reference,
        cast(count(*) as {{ dbt.type_bigint() }}) as row_count,
        cast(sum(quantity_millionths) as {{ dbt.type_bigint() }}) as quantity_millionths,
        min(quantity_date) as first_date,
        max(quantity_date) as last_date
    from unmapped_names
    group by
        entity_id,
        source_name,
        vendor_name,
        kind,
        field,
        reference
)

select * from unmapped_references
