{#- How many minor units one major unit has, for the exponents that exist. -#}
{% macro power_of_ten(exponent) -%}
    case {{ exponent }} when 0 then 1 when 2 then 100 when 3 then 1000 when 4 then 10000 end
{%- endmacro %}
