{#- A number of four places as people write it, cut to two: 7, 0.75, 1240.5. -#}
{% macro plain_number(value) -%}
    cast({{ integer_divide('cast(' ~ value ~ ' * 100 as bigint)', '100') }} as {{ dbt.type_string() }})
    || case
        when cast({{ value }} * 100 as bigint) % 100 = 0 then ''
        when cast({{ value }} * 100 as bigint) % 10 = 0
            then '.' || substring(cast(
                100 + cast({{ value }} * 100 as bigint) % 100 as {{ dbt.type_string() }}
            ), 2, 1)
        else '.' || substring(cast(
            100 + cast({{ value }} * 100 as bigint) % 100 as {{ dbt.type_string() }}
        ), 2)
    end
{%- endmacro %}
