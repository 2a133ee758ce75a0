{#- How many units a span of service has under its convention: the divisor of every share of it. -#}
{% macro units_of_service(convention, start_date, start_second, end_date, end_second) -%}
    {%- set whole_months = whole_months_of_service(start_date, start_second, end_date) -%}
    case {{ convention }}
        when 'daily' then {{ dbt.datediff(start_date, end_date, 'day') }}
        when 'by_second' then {{ seconds_between(start_date, start_second, end_date, end_second) }}
        when 'even_months' then greatest(1, {{ dbt.datediff(start_date, end_date, 'month') }})
        when 'even_months_prorated_ends'
            then greatest(1, {{ whole_months }})
                * {{ seconds_between(start_date, start_second, end_date, end_second) }}
        else 1
    end
{%- endmacro %}
