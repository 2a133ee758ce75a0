{#- Text without blanks around it; blank text is no text. -#}
{% macro trimmed(expression) -%}
    nullif(trim(cast({{ expression }} as {{ dbt.type_string() }})), '')
{%- endmacro %}
