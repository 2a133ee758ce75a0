{% macro units_served(convention, service_start_date, service_end_date, boundary_date) -%}
    case {{ convention }}
        when 'at_invoice' then 1
        when 'even_months' then greatest(0, least(
            {{ dbt.datediff(service_start_date, boundary_date, 'month') }},
            {{ units_of_service(convention, service_start_date, service_end_date) }}
        ))
        when 'daily' then greatest(0, least(
            {{ dbt.datediff(service_start_date, boundary_date, 'day') }},
            {{ dbt.datediff(service_start_date, service_end_date, 'day') }}
        ))
    end
{%- endmacro %}
