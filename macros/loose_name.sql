{#- A name of a document without what people leave out or write otherwise: blanks, dashes, dots. -#}
{% macro loose_name(name) -%}
    replace(replace(replace(replace(replace({{ name }}, ' ', ''), '-', ''), '_', ''), '/', ''), '.', '')
{%- endmacro %}
