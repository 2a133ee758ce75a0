{#- A price for one unit in major units, times a quantity, in minor units; rounded once. -#}
{% macro price_of_quantity(unit_price, quantity_millionths, exponent) -%}
    {{ round_ratio(
        'cast(' ~ unit_price ~ ' * 10000 as bigint)',
        wide_integer(quantity_millionths) ~ ' * ' ~ power_of_ten(exponent),
        wide_integer('10000000000')
    ) }}
{%- endmacro %}
