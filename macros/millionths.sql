{#- A quantity as whole millionths of a unit, or null when it cannot be read exactly: seven and more places
    would have to be rounded, and ten billion units would not fit the product with a price. -#}
{% macro millionths(expression) -%}
    case
        when
            {{ exact_decimal(expression) }} * 1000000
            = floor({{ exact_decimal(expression) }} * 1000000)
            and abs({{ exact_decimal(expression) }}) < 10000000000
            then cast({{ exact_decimal(expression) }} * 1000000 as {{ dbt.type_bigint() }})
    end
{%- endmacro %}
