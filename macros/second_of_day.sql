{#- Seconds after midnight of a time on an entity's wall clock. -#}
{% macro second_of_day(local_time) -%}
    {{ dbt.datediff(
        'cast(cast(' ~ local_time ~ ' as date) as ' ~ dbt.type_timestamp() ~ ')', local_time, 'second'
    ) }}
{%- endmacro %}
