-- grain: one row per entity_id, source_name, vendor_name, reference, valid_from
with

reference_meanings as (
    select
        *,
        -- A row of the policy speaks before the name itself, so that a client can be left out or
        -- taken for another one.
        case when mapping_rule is null then reference else mapped_to end as customer_reference
    from {{ ref('int_reference_meanings') }}
    where field = 'client'
),

customers as (
    select * from {{ ref('int_customers') }}
),

customer_names as (
    select
        entity_id,
        source_record_id as customer_reference,
        customer_id
    from customers
    union all
    select
        entity_id,
        customer_id as customer_reference,
        customer_id
    from customers
),

-- Within a company billing's native ids are taken as unique.
customers_by_name as (
    select
        entity_id,
        customer_reference,
        min(customer_id) as customer_id
    from customer_names
    group by
        entity_id,
        customer_reference
),

client_references as (
    select
        reference_meanings.reference_id,
        reference_meanings.entity_id,
        reference_meanings.source_name,
        reference_meanings.vendor_name,
        reference_meanings.reference,
        reference_meanings.valid_from,
        reference_meanings.valid_to,
        case
            when reference_meanings.exclude_reason is null then customers_by_name.customer_id
        end as client_id,
        case
            when reference_meanings.exclude_reason is not null then 'excluded'
            when customers_by_name.customer_id is not null then 'mapped'
            else 'unmapped_client'
        end as mapping_class,
        reference_meanings.exclude_reason,
        case
            when reference_meanings.mapping_rule is not null then reference_meanings.mapping_rule
            when customers_by_name.customer_id is not null then 'direct'
        end as mapping_rule
    from reference_meanings
    left join customers_by_name
        on
            reference_meanings.entity_id = customers_by_name.entity_id
            and reference_meanings.customer_reference = customers_by_name.customer_reference
)

select * from client_references
