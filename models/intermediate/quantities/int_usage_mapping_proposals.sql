-- grain: one row per proposal_id
with

unmapped_rows as (
    select * from {{ ref('int_quantity_rows') }}
    where mapping_class in ('unmapped_client', 'unmapped_service', 'unmapped_both')
),

customers as (
    select * from {{ ref('int_customers') }}
),

services as (
    select * from {{ ref('services') }}
),

names as (
    select
        'client' as field,
        entity_id,
        source_name,
        vendor_name,
        client_reference as reference,
        period_start_date,
        quantity_millionths
    from unmapped_rows
    where client_id is null and client_reference is not null
    union all
    select
        'service' as field,
        entity_id,
        source_name,
        vendor_name,
        service_reference as reference,
        period_start_date,
        quantity_millionths
    from unmapped_rows
    where service_id is null and service_reference is not null
),

unmapped as (
    select
        field,
        entity_id,
        source_name,
        vendor_name,
        reference,
        {{ loose_name('lower(reference)') }} as loose_reference,
        min(period_start_date) as first_month,
        max(period_start_date) as last_month,
        count(*) as row_count,
        sum(quantity_millionths) as quantity_millionths
    from names
    group by field, entity_id, source_name, vendor_name, reference
),

unmapped_entities as (
    select distinct entity_id from unmapped
),

-- Only one client or service of that name is a suggestion; two are none.
known_names as (
    select
        'client' as field,
        entity_id,
        {{ loose_name('lower(customer_name)') }} as loose_reference,
        min(source_record_id) as mapped_to
    from customers
    group by entity_id, {{ loose_name('lower(customer_name)') }}
    having count(*) = 1
    union all
    select
        'service' as field,
        unmapped_entities.entity_id,
        {{ loose_name('lower(services.service_name)') }} as loose_reference,
        min(services.service_id) as mapped_to
    from services
    cross join unmapped_entities
    group by unmapped_entities.entity_id, {{ loose_name('lower(services.service_name)') }}
    having count(*) = 1
),

mapping_proposals as (
    select
        {{ reference_id(
            'unmapped.field', 'unmapped.entity_id', 'unmapped.source_name',
            'unmapped.vendor_name', 'unmapped.reference'
        ) }} as proposal_id,
        unmapped.field || '_mapping' as proposal_kind,
        unmapped.entity_id,
        unmapped.source_name,
        unmapped.vendor_name,
        unmapped.reference,
        known_names.mapped_to,
        unmapped.first_month,
        unmapped.last_month,
        unmapped.row_count,
        unmapped.quantity_millionths,
        case unmapped.field
            when 'client' then {{ csv_row([
                "'100'", 'unmapped.entity_id', 'unmapped.source_name', 'unmapped.vendor_name',
                "'exact'", 'unmapped.reference', 'known_names.mapped_to', "'map'",
                'unmapped.first_month', "''", "'proposed by rpt_usage_proposals'"
            ]) }}
            else {{ csv_row([
                "'100'", 'unmapped.entity_id', 'unmapped.source_name', 'unmapped.vendor_name',
                "'exact'", 'unmapped.reference', 'known_names.mapped_to', "'1'", "'map'", "''",
                'unmapped.first_month', "''", "'proposed by rpt_usage_proposals'"
            ]) }}
        end as mapping_line
    from unmapped
    left join known_names
        on
            unmapped.field = known_names.field
            and unmapped.entity_id = known_names.entity_id
            and unmapped.loose_reference = known_names.loose_reference
)

select * from mapping_proposals
