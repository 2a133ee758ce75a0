{#- 'stripe:in_1', with several accounts 'stripe.<relation>:in_1'; no id stays no id. -#}
{% macro prefixed_id(source_name, source_relation, native_id) -%}
    '{{ source_name }}' || coalesce('.' || {{ source_relation }}, '') || ':' || {{ native_id }}
{%- endmacro %}
