{#- Seconds of wall clock from one day and second to another; negative when the second comes first. -#}
{% macro seconds_between(start_date, start_second, end_date, end_second) -%}
    (
        cast({{ dbt.datediff(start_date, end_date, 'day') }} as {{ dbt.type_bigint() }}) * 86400
        + ({{ end_second }}) - ({{ start_second }})
    )
{%- endmacro %}
