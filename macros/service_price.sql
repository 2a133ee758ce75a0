{#- A price of one unit of a source as the price of one unit of the service, rounded once. -#}
{% macro service_price(price, units_millionths) -%}
    cast(
        cast(sign({{ price }}) * {{ integer_divide(
            '2 * abs(' ~ wide_integer(price ~ ' * 10000000000') ~ ') * 1000000 + ' ~ units_millionths,
            '2 * ' ~ wide_integer(units_millionths)
        ) }} as numeric(38, 0)) * cast(0.0000000001 as numeric(11, 10)) as numeric(28, 10)
    )
{%- endmacro %}
