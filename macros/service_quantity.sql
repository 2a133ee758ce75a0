{#- A quantity of a source in units of the service that its name means; rounded once. -#}
{% macro service_quantity(quantity_millionths) -%}
    {{ round_ratio(quantity_millionths, 'service_references.units_millionths', 1000000) }}
{%- endmacro %}
