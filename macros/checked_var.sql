{#- A var on its way into SQL: it must match the whole pattern, so that no value is ever more than a value. -#}
{% macro checked_var(name, pattern) -%}
    {%- set value = var(name) | string -%}
    {%- if not modules.re.fullmatch(pattern, value) -%}
        {{ exceptions.raise_compiler_error('var ' ~ name ~ ' is "' ~ value ~ '", which does not look like ' ~ pattern ~ '.') }}
    {%- endif -%}
    {{ return(value) }}
{%- endmacro %}
