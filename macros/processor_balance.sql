{#- A change of a processor's balance summed up over the months of its entity, processor and currency. -#}
{% macro processor_balance(change) -%}
    cast(sum(coalesce({{ change }}, 0)) over (
        partition by
            balance_months.entity_id, balance_months.processor_name, balance_months.currency_code
        order by balance_months.month_start asc
        rows between unbounded preceding and current row
    ) as {{ dbt.type_bigint() }})
{%- endmacro %}
