{#- Values as one line of a CSV file, every one in quotation marks unless it is empty. -#}
{% macro csv_row(values) -%}
    {%- for value in values -%}
    coalesce('"' || replace(nullif(cast({{ value }} as {{ dbt.type_string() }}), ''), '"', '""') || '"', '')
    {%- if not loop.last %} || ',' || {% endif -%}
    {%- endfor -%}
{%- endmacro %}
