{#- Rounds half away from zero in machine integers: a schedule has millions of rows, and an amount of
    fifteen digits times the days of a century still fits. -#}
{% macro share_of_service(amount, served_units, total_units) -%}
    cast(
        sign({{ amount }}) * {{ integer_divide(
            '2 * abs(' ~ amount ~ ') * (' ~ served_units ~ ') + (' ~ total_units ~ ')',
            '2 * (' ~ total_units ~ ')'
        ) }} as bigint
    )
{%- endmacro %}
