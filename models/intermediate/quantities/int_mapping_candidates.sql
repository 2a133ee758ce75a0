-- grain: one row per reference_id, mapping_rule
with

names as (
    select
        *,
        lower(trim(reference)) as compared_text
    from {{ ref('int_quantity_references') }}
),

signed_rows as (
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

mappings as (
    select
        *,
        {{ dbt.length('pattern') }} as pattern_length
    from signed_rows
),

-- Names times rows, before any day or quantity comes in: both are few.
mapping_candidates as (
    select
        names.reference_id,
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
    from names
    inner join mappings
        on
            names.field = mappings.field
            and coalesce(mappings.entity_id, names.entity_id) = names.entity_id
            and coalesce(mappings.source_name, names.source_name) = names.source_name
            and coalesce(mappings.vendor_name, lower(names.vendor_name), '')
            = coalesce(lower(names.vendor_name), '')
            and case mappings.match_kind
                when 'exact' then names.compared_text
                when 'prefix' then substring(names.compared_text, 1, mappings.pattern_length)
                when 'suffix' then {{ dbt.right('names.compared_text', 'mappings.pattern_length') }}
                when 'contains'
                    then substring(
                            names.compared_text,
                            {{ dbt.position('mappings.pattern', 'names.compared_text') }},
                            mappings.pattern_length
                        )
            end = mappings.pattern
)

select * from mapping_candidates
