{#- part / whole as an exact decimal between 0 and 1 with four places, cut off; null of nothing. -#}
{% macro share_of(part, whole) -%}
    cast(
        {{ integer_divide(
            wide_integer(part) ~ ' * 10000', 'nullif(' ~ wide_integer(whole) ~ ', 0)'
        ) }} * cast(0.0001 as numeric(5, 4)) as numeric(7, 4)
    )
{%- endmacro %}
