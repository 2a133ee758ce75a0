{% macro units_served(convention, service_start_date, service_end_date, boundary_date) -%}
    case {{ convention }}
        when 'at_invoice' then 1
        when 'at_service_start' then case when {{ boundary_date }} > {{ service_start_date }} then 1 else 0 end
        when 'at_service_end' then case when {{ boundary_date }} >= {{ service_end_date }} then 1 else 0 end
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
