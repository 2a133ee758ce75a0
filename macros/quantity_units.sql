{#- Millionths of a unit as units, an exact decimal. -#}
{% macro quantity_units(millionths) -%}
    cast(
        cast({{ millionths }} as numeric(20, 0)) * cast(0.000001 as numeric(7, 6)) as numeric(28, 6)
    )
{%- endmacro %}
