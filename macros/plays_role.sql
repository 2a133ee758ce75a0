{#- Whether the source named in a column plays a role, as the vars list them. -#}
{% macro plays_role(column, role) -%}
    {%- set source_names = var(role) -%}
    {%- if source_names -%}
        {{ column }} in ('{{ source_names | join("', '") }}')
    {%- else -%}
        1 = 0
    {%- endif -%}
{%- endmacro %}
