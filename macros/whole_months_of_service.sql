{#- Calendar months that lie in [start, boundary) as a whole; negative before the first of them. -#}
{% macro whole_months_of_service(start_date, start_second, boundary_date) -%}
    (
        {{ dbt.datediff(start_date, boundary_date, 'month') }}
        - case
            when {{ start_date }} = cast({{ dbt.date_trunc('month', start_date) }} as date)
                and {{ start_second }} = 0 then 0
            else 1
        end
    )
{%- endmacro %}
