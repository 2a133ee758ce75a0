{#- A price in major units as an exact decimal of ten places, or null when it cannot be read exactly or is
    a billion and more, which would not fit once it is divided by the units of a mapping. -#}
{% macro exact_price(expression) -%}
    case
        when abs({{ exact_decimal(expression) }}) < 1000000000
            then cast({{ exact_decimal(expression) }} as numeric(28, 10))
    end
{%- endmacro %}
