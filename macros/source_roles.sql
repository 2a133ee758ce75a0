{#- Which source plays which role, one row each, as the vars list them. -#}
{% macro source_roles() -%}
    {%- for role in source_role_names() %}
    {%- for source_name in var(role, []) | unique %}
    select '{{ role }}' as role_name, '{{ source_name }}' as source_name
    union all
    {%- endfor %}
    {%- endfor %}
    select 'none' as role_name, 'none' as source_name where 1 = 0
{%- endmacro %}
