{#- How many of them lie before a boundary: the days before it are delivered. Whole months between two
    prorated ends are worth the same, each its part of the seconds that the ends leave over. -#}
{% macro units_served(convention, start_date, start_second, end_date, end_second, boundary_date) -%}
    {%- set whole_span = seconds_between(start_date, start_second, end_date, end_second) -%}
    {%- set served_span = 'greatest(0, least('
        ~ seconds_between(start_date, start_second, boundary_date, 0) ~ ', ' ~ whole_span ~ '))' -%}
    {%- set end_month = 'cast(' ~ dbt.date_trunc('month', end_date) ~ ' as date)' -%}
    {%- set first_end = 'case when ' ~ whole_months_of_service(start_date, start_second, start_date)
        ~ ' = 0 then 0 else ' ~ seconds_between(start_date, start_second,
            'cast(' ~ dbt.dateadd('month', 1, dbt.date_trunc('month', start_date)) ~ ' as date)', 0)
        ~ ' end' -%}
    {%- set last_end = seconds_between(end_month, 0, end_date, end_second) -%}
    {%- set whole_months = whole_months_of_service(start_date, start_second, end_date) -%}
    case {{ convention }}
        when 'at_service_start' then case when {{ boundary_date }} > {{ start_date }} then 1 else 0 end
        when 'at_service_end' then case when {{ boundary_date }} >= {{ end_date }} then 1 else 0 end
        when 'on_drawdown' then case when {{ boundary_date }} > {{ end_date }} then 1 else 0 end
        when 'daily' then greatest(0, least(
            {{ dbt.datediff(start_date, boundary_date, 'day') }},
            {{ dbt.datediff(start_date, end_date, 'day') }}
        ))
        when 'by_second' then {{ served_span }}
        when 'even_months' then greatest(0, least(
            {{ dbt.datediff(start_date, boundary_date, 'month') }},
            greatest(1, {{ dbt.datediff(start_date, end_date, 'month') }})
        ))
        when 'even_months_prorated_ends' then case
            when {{ whole_months }} < 1 then {{ served_span }}
            else {{ whole_months }} * (
                greatest(0, least(
                    {{ seconds_between(start_date, start_second, boundary_date, 0) }}, {{ first_end }}
                ))
                + greatest(0, least(
                    {{ seconds_between(end_month, 0, boundary_date, 0) }}, {{ last_end }}
                ))
            ) + greatest(0, least(
                {{ whole_months_of_service(start_date, start_second, boundary_date) }}, {{ whole_months }}
            )) * ({{ whole_span }} - ({{ first_end }}) - {{ last_end }})
        end
        else 1
    end
{%- endmacro %}
