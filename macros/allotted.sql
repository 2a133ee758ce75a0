{#- What falls to one row when a total is spread by weights: what has fallen to the rows up to it less
    what had fallen before it, so that the rows sum to the total whatever the weights. Without any
    weight the last row takes all of it. -#}
{% macro allotted(total, weight_through, weight_before, weight_of_all, is_last) -%}
    case
        when {{ weight_of_all }} = 0 then case when {{ is_last }} then {{ total }} else 0 end
        else sign({{ weight_of_all }}) * (
            sign({{ weight_through }})
            * {{ convert_money(total, 'abs(' ~ weight_through ~ ')', 'abs(' ~ weight_of_all ~ ')') }}
            - sign({{ weight_before }})
            * {{ convert_money(total, 'abs(' ~ weight_before ~ ')', 'abs(' ~ weight_of_all ~ ')') }}
        )
    end
{%- endmacro %}
