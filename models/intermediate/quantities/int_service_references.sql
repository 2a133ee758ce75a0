-- grain: one row per entity_id, source_name, vendor_name, reference, valid_from
with

reference_meanings as (
    select
        *,
        case when mapping_rule is null then lower(trim(reference)) else lower(trim(mapped_to)) end
            as service_text
    from {{ ref('int_reference_meanings') }}
    where field = 'service'
),

services as (
    select * from {{ ref('services') }}
),

-- services.csv may name a product with or without its source, and so may a source.
products_of_services as (
    select
        products.entity_id,
        products.product_id,
        products.source_record_id,
        services.service_id
    from {{ ref('int_products') }} as products
    inner join services
        on services.product_id in (products.product_id, products.source_record_id)
),

product_names as (
    select
        entity_id,
        product_id as product_reference,
        service_id
    from products_of_services
    union all
    select
        entity_id,
        source_record_id as product_reference,
        service_id
    from products_of_services
),

services_by_product as (
    select
        entity_id,
        product_reference,
        min(service_id) as service_id
    from product_names
    group by
        entity_id,
        product_reference
),

identified as (
    select
        reference_meanings.*,
        case
            when reference_meanings.exclude_reason is not null then null
            when reference_meanings.mapping_rule is not null then services.service_id
            else coalesce(services.service_id, services_by_product.service_id)
        end as service_id
    from reference_meanings
    left join services
        on reference_meanings.service_text = lower(services.service_id)
    left join services_by_product
        on
            reference_meanings.entity_id = services_by_product.entity_id
            and reference_meanings.reference = services_by_product.product_reference
),

service_references as (
    select
        reference_id,
        entity_id,
        source_name,
        vendor_name,
        reference,
        valid_from,
        valid_to,
        service_id,
        case
            when service_id is null then 1000000
            else cast(coalesce(units_per_unit, 1) * 1000000 as {{ dbt.type_bigint() }})
        end as units_millionths,
        case
            when exclude_reason is not null then 'excluded'
            when service_id is not null then 'mapped'
            else 'unmapped_service'
        end as mapping_class,
        exclude_reason,
        case
            when mapping_rule is not null then mapping_rule
            when service_id is not null then 'direct'
        end as mapping_rule
    from identified
)

select * from service_references
