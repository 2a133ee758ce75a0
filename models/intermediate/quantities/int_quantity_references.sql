-- grain: one row per reference_id
with

-- Lines that cannot be read or rated name somebody all the same.
agreement_lines as (
    select * from {{ from_sources(
        'agreement_sources', 'agreement_lines', readable_only=false, columns_of='agreements'
    ) }}
    where ignore_reason is null
),

usage_events as (
    select * from {{ from_sources('usage_sources', 'usage_events', columns_of='metering') }}
),

unit_counts as (
    select * from {{ from_sources('count_sources', 'unit_counts', columns_of='vendor_counts') }}
),

named as (
    select
        entity_id,
        source_name,
        vendor_name,
        client_reference,
        service_reference
    from unit_counts
    union all
    select
        entity_id,
        source_name,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        client_reference,
        service_reference
    from usage_events
    union all
    select
        entity_id,
        source_name,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        coalesce(customer_id, subscription_item_id) as client_reference,
        coalesce(product_id, subscription_item_id) as service_reference
    from {{ ref('int_usage_records') }}
    union all
    select
        entity_id,
        source_name,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        client_reference,
        service_reference
    from {{ from_sources('psa_sources', 'invoice_quantities', columns_of='psa') }} as psa_lines
    union all
    select
        entity_id,
        source_name,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        client_reference,
        service_reference
    from agreement_lines
    union all
    select
        entity_id,
        source_name,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        cast(null as {{ dbt.type_string() }}) as client_reference,
        bundled_in_service_reference as service_reference
    from agreement_lines
    -- Billing's own names stand for themselves, and may be mapped like any other.
    union all
    select
        entity_id,
        source_name,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        customer_id as client_reference,
        cast(null as {{ dbt.type_string() }}) as service_reference
    from {{ ref('int_customers') }}
    union all
    select
        entity_id,
        source_name,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        cast(null as {{ dbt.type_string() }}) as client_reference,
        product_id as service_reference
    from {{ ref('int_products') }}
),

distinct_names as (
    select distinct
        'client' as field,
        entity_id,
        source_name,
        vendor_name,
        client_reference as reference
    from named
    union all
    select distinct
        'service' as field,
        entity_id,
        source_name,
        vendor_name,
        service_reference as reference
    from named
),

quantity_references as (
    select
        {{ reference_id('field', 'entity_id', 'source_name', 'vendor_name', 'reference') }}
            as reference_id,
        field,
        entity_id,
        source_name,
        vendor_name,
        reference
    from distinct_names
    where reference is not null
)

select * from quantity_references
