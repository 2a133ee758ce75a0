{#- One id for a name that a source has for a client or a service, whoever counted. -#}
{% macro reference_id(field, entity_id, source_name, vendor_name, reference) -%}
    {{ dbt.hash(dbt.concat([
        field, "'|'", entity_id, "'|'", source_name, "'|'", "coalesce(" ~ vendor_name ~ ", '')", "'|'", reference
    ])) }}
{%- endmacro %}
