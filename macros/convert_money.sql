{#- Multiplied out before the one rounding. -#}
{% macro convert_money(amount, multiplier, divisor) -%}
    {{ round_ratio(amount, wide_integer(multiplier), wide_integer(divisor)) }}
{%- endmacro %}
