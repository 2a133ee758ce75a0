{#- A quantity of millionths as people write it: whole units without places, others with six. -#}
{% macro quantity_text(millionths) -%}
    case when {{ millionths }} < 0 then '-' else '' end
    || cast({{ integer_divide('abs(' ~ millionths ~ ')', 1000000) }} as {{ dbt.type_string() }})
    || case
        when {{ millionths }} % 1000000 = 0 then ''
        else '.' || substring(
            cast(1000000 + abs({{ millionths }}) % 1000000 as {{ dbt.type_string() }}), 2
        )
    end
{%- endmacro %}
