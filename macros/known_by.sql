{#- Whether something dated was known by the var known_until; what is dated on its day was. -#}
{% macro known_by(date_column) -%}
    {%- set known_until = checked_var('known_until', '([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})?') -%}
    (
        {{ date_column }}
        <= cast(cast(nullif('{{ known_until }}', '') as {{ dbt.type_timestamp() }}) as date)
        or '{{ known_until }}' = ''
    )
{%- endmacro %}
