{#- Rounds half away from zero. A schedule has millions of rows, so machine integers do the work: an
    amount of fifteen digits times the days of a century fits. Seconds do not, they take the wide way. -#}
{% macro share_of_service(amount, served_units, total_units) -%}
    case
        when {{ total_units }} > 100000
            then {{ round_ratio(amount, wide_integer(served_units), wide_integer(total_units)) }}
        else cast(
            sign({{ amount }}) * {{ integer_divide(
                '2 * abs(' ~ amount ~ ') * (' ~ served_units ~ ') + (' ~ total_units ~ ')',
                '2 * (' ~ total_units ~ ')'
            ) }} as bigint
        )
    end
{%- endmacro %}
