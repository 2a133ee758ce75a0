{#- What the reductions of an obligation come to by the end of each month of its schedule. -#}
{% macro to_date_of(column) -%}
    cast(sum(coalesce(reductions_by_month.{{ column }}, 0)) over (
        partition by schedule_months.scenario, schedule_months.obligation_id
        order by schedule_months.month_start
        rows between unbounded preceding and current row
    ) as bigint)
{%- endmacro %}
