{#- '-1234.05 USD' from minor units, the same on every engine: integers and text only. -#}
{% macro money_text(amount_minor, exponent, currency_code) -%}
    case when {{ amount_minor }} < 0 then '-' else '' end
    || cast({{ integer_divide('abs(' ~ amount_minor ~ ')', power_of_ten(exponent)) }}
        as {{ dbt.type_string() }})
    || case
        when {{ exponent }} > 0
            then '.' || substring(cast(
                {{ power_of_ten(exponent) }} + abs({{ amount_minor }}) % {{ power_of_ten(exponent) }}
                as {{ dbt.type_string() }}
            ), 2)
        else ''
    end
    || ' ' || {{ currency_code }}
{%- endmacro %}
