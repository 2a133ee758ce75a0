{#- Rounds half away from zero in wide integers: both the amount and the weights may be money. -#}
{% macro round_ratio(amount, numerator, denominator) -%}
    cast(
        sign({{ amount }}) * {{ integer_divide(
            '2 * abs(' ~ wide_integer(amount) ~ ') * (' ~ numerator ~ ') + (' ~ denominator ~ ')',
            '2 * (' ~ denominator ~ ')'
        ) }} as bigint
    )
{%- endmacro %}
