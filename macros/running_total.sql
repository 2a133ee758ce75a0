{#- A daily change summed up from the first day of its leg, entity and currency in the spine. -#}
{% macro running_total(change) -%}
    cast(sum(coalesce({{ change }}, 0)) over (
        partition by spine.leg, spine.entity_id, spine.currency_code
        order by spine.calendar_date asc
        rows between unbounded preceding and current row
    ) as {{ dbt.type_bigint() }})
{%- endmacro %}
