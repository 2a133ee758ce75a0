{% macro units_of_service(convention, service_start_date, service_end_date) -%}
    case {{ convention }}
        when 'at_invoice' then 1
        when 'at_service_start' then 1
        when 'at_service_end' then 1
        when 'even_months' then greatest(
            1, {{ dbt.datediff(service_start_date, service_end_date, 'month') }}
        )
        when 'daily' then {{ dbt.datediff(service_start_date, service_end_date, 'day') }}
    end
{%- endmacro %}
