{#- A price for one unit as people write it: two places where they say it all, else six. -#}
{% macro price_text(price) -%}
    case
        when cast({{ price }} as numeric(28, 2)) = {{ price }}
            then cast(cast({{ price }} as numeric(28, 2)) as {{ dbt.type_string() }})
        else cast(cast({{ price }} as numeric(28, 6)) as {{ dbt.type_string() }})
    end
{%- endmacro %}
