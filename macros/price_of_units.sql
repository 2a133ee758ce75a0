{#- A price for one unit in major units with up to ten places, times millionths of a unit, in minor
    units; rounded once. -#}
{% macro price_of_units(unit_price, quantity_millionths, exponent) -%}
    {{ round_ratio(
        quantity_millionths,
        wide_integer(unit_price ~ ' * 10000000000') ~ ' * ' ~ power_of_ten(exponent),
        wide_integer('10000000000') ~ ' * 1000000'
    ) }}
{%- endmacro %}
