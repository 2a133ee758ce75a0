-- grain: one row per reference_id, mapping_rule
with

quantity_references as (
    select
        *,
        lower(trim(reference)) as compared_text
    from {{ ref('int_quantity_references') }}
),

mappings as (
    select
        'client' as field,
        priority,
        nullif(trim(entity_id), '') as entity_id,
        nullif(trim(source_name), '') as source_name,
        nullif(lower(trim(vendor_name)), '') as vendor_name,
        match_kind,
        lower(trim(pattern)) as pattern,
        client_reference as mapped_to,
        cast(null as numeric(18, 6)) as units_per_unit,
        case when action = 'exclude' then 'excluded_client' end as exclude_reason,
        effective_from,
        effective_to
    from {{ ref('client_mappings') }}
    union all
    select
        'service' as field,
        priority,
        nullif(trim(entity_id), '') as entity_id,
        nullif(trim(source_name), '') as source_name,
        nullif(lower(trim(vendor_name)), '') as vendor_name,
        match_kind,
        lower(trim(pattern)) as pattern,
        service_id as mapped_to,
        units_per_unit,
        case when action = 'exclude' then exclude_reason end as exclude_reason,
        effective_from,
        effective_to
    from {{ ref('service_mappings') }}
),

-- Names times rows, before any day or quantity comes in: both are few.
mapping_candidates as (
    select
        quantity_references.reference_id,
        mappings.priority,
        mappings.pattern,
        mappings.mapped_to,
        mappings.units_per_unit,
        mappings.exclude_reason,
        mappings.effective_from,
        mappings.effective_to,
        'priority ' || cast(mappings.priority as {{ dbt.type_string() }})
        || ', ' || mappings.match_kind || ' "' || mappings.pattern || '"'
        || coalesce(', vendor ' || mappings.vendor_name, '')
        || coalesce(', source ' || mappings.source_name, '')
        || coalesce(', company ' || mappings.entity_id, '')
        || ', from ' || cast(mappings.effective_from as {{ dbt.type_string() }}) as mapping_rule
    from quantity_references
    inner join mappings
        on
            quantity_references.field = mappings.field
            and coalesce(mappings.entity_id, quantity_references.entity_id)
            = quantity_references.entity_id
            and coalesce(mappings.source_name, quantity_references.source_name)
            = quantity_references.source_name
            and coalesce(mappings.vendor_name, lower(quantity_references.vendor_name), '')
            = coalesce(lower(quantity_references.vendor_name), '')
            and case mappings.match_kind
                when 'exact' then quantity_references.compared_text
                when 'prefix'
                    then substring(
                        quantity_references.compared_text, 1, {{ dbt.length('mappings.pattern') }}
                    )
                when 'suffix'
                    then {{ dbt.right(
                        'quantity_references.compared_text', dbt.length('mappings.pattern')
                    ) }}
                when 'contains'
                    then case
                        when
                            {{ dbt.position(
                                'mappings.pattern', 'quantity_references.compared_text'
                            ) }} > 0
                            then mappings.pattern
                    end
            end = mappings.pattern
)

select * from mapping_candidates
