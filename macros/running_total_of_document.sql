{#- A change of a document summed up to its day. -#}
{% macro running_total_of_document(change) -%}
    sum({{ change }}) over (
        partition by leg, entity_id, currency_code, document_key
        order by from_date asc
        rows between unbounded preceding and current row
    )
{%- endmacro %}
