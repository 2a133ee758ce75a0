{#- What usage is compared by: the id that a name is mapped to, else a mark of the name itself. The name may
    be a person's, and keys travel further than names may. -#}
{% macro usage_key(mapped_id, source_name, reference) -%}
    coalesce(
        {{ mapped_id }},
        'unmapped ' || {{ source_name }} || ' '
        || {{ dbt.hash("lower(trim(coalesce(" ~ reference ~ ", '')))") }}
    )
{%- endmacro %}
