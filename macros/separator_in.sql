{#- The first of the signs - _ / . that a name of a document contains, or null. -#}
{% macro separator_in(name) -%}
    case
        when {{ dbt.position("'-'", name) }} > 0 then '-'
        when {{ dbt.position("'_'", name) }} > 0 then '_'
        when {{ dbt.position("'/'", name) }} > 0 then '/'
        when {{ dbt.position("'.'", name) }} > 0 then '.'
    end
{%- endmacro %}
