{#- An amount as whole minor units, or null when it cannot be read exactly: not a number, a fraction of
    a minor unit, or more than fifteen digits (a limit that keeps every later product within 38). -#}
{% macro minor_units(amount, exponent) -%}
    {%- if exponent == 0 -%}
        {%- set scaled = exact_decimal(amount) -%}
    {%- else -%}
        {%- set scaled -%}
            {{ exact_decimal(amount) }} * {{ power_of_ten(exponent) }}
        {%- endset -%}
    {%- endif -%}
    case
        when {{ scaled }} = floor({{ scaled }}) and abs({{ scaled }}) < 1000000000000000
            then cast({{ scaled }} as {{ dbt.type_bigint() }})
    end
{%- endmacro %}
