{#- How many units a span has under a convention of proration: seconds, calendar days, or days of a
    year of twelve months of 30 (the 31st counts as the 30th). -#}
{% macro units_of_proration(convention, start_date, start_second, end_date, end_second) -%}
    case {{ convention }}
        when 'by_second' then {{ seconds_between(start_date, start_second, end_date, end_second) }}
        when 'by_day' then {{ dbt.datediff(start_date, end_date, 'day') }}
        when 'thirty_day_month'
            then 30 * {{ dbt.datediff(start_date, end_date, 'month') }}
                + least(30, extract(day from {{ end_date }}))
                - least(30, extract(day from {{ start_date }}))
    end
{%- endmacro %}
