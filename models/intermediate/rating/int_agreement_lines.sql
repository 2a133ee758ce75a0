-- grain: one row per agreement_line_id
with

staged_lines as (
    select * from {{ from_sources(
        'agreement_sources', 'agreement_lines', readable_only=false, columns_of='agreements'
    ) }}
    where source_record_id is not null and ignore_reason is null
),

client_references as (
    select * from {{ ref('int_client_references') }}
),

service_references as (
    select * from {{ ref('int_service_references') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- A line that staging could not read stays, and is not rated: the service would else look as if nobody
-- had agreed to anything. A reference means what it meant on the first day of the line: a line does not change hands.
agreement_lines as (
    select
        staged_lines.agreement_line_id,
        staged_lines.agreement_id,
        staged_lines.entity_id,
        staged_lines.source_name,
        staged_lines.source_table,
        staged_lines.source_record_id,
        staged_lines.client_reference,
        staged_lines.service_reference,
        client_references.client_id,
        service_references.service_id,
        case
            when
                client_references.mapping_class = 'excluded'
                or service_references.mapping_class = 'excluded'
                then 'excluded'
            when client_references.client_id is null and service_references.service_id is null
                then 'unmapped_both'
            when client_references.client_id is null then 'unmapped_client'
            when service_references.service_id is null then 'unmapped_service'
            else 'mapped'
        end as mapping_class,
        service_references.units_millionths,
        staged_lines.quantity_basis,
        staged_lines.count_measure,
        staged_lines.committed_quantity_millionths,
        staged_lines.included_quantity_millionths,
        staged_lines.minimum_amount_minor,
        staged_lines.pricing_model,
        staged_lines.package_size_millionths,
        staged_lines.unit_price,
        staged_lines.unit_cost,
        staged_lines.proration,
        staged_lines.billing_timing,
        staged_lines.agreement_kind,
        staged_lines.bundled_in_service_reference,
        bundles.service_id as bundled_in_service_id,
        staged_lines.currency_code,
        currencies.exponent as currency_exponent,
        staged_lines.effective_from,
        staged_lines.effective_to,
        staged_lines.quarantine_reason,
        staged_lines.recorded_at
    from staged_lines
    left join client_references
        on
            staged_lines.entity_id = client_references.entity_id
            and staged_lines.source_name = client_references.source_name
            and client_references.vendor_name is null
            and staged_lines.client_reference = client_references.reference
            and staged_lines.effective_from
            >= coalesce(client_references.valid_from, staged_lines.effective_from)
            and (
                client_references.valid_to is null
                or staged_lines.effective_from < client_references.valid_to
            )
    left join service_references
        on
            staged_lines.entity_id = service_references.entity_id
            and staged_lines.source_name = service_references.source_name
            and service_references.vendor_name is null
            and staged_lines.service_reference = service_references.reference
            and staged_lines.effective_from
            >= coalesce(service_references.valid_from, staged_lines.effective_from)
            and (
                service_references.valid_to is null
                or staged_lines.effective_from < service_references.valid_to
            )
    left join service_references as bundles
        on
            staged_lines.entity_id = bundles.entity_id
            and staged_lines.source_name = bundles.source_name
            and bundles.vendor_name is null
            and staged_lines.bundled_in_service_reference = bundles.reference
            and staged_lines.effective_from
            >= coalesce(bundles.valid_from, staged_lines.effective_from)
            and (bundles.valid_to is null or staged_lines.effective_from < bundles.valid_to)
    left join currencies
        on staged_lines.currency_code = currencies.currency_code
)

select * from agreement_lines
