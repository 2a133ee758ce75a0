{#- The date of a UTC timestamp in an entity's accounting time zone. -#}
{% macro accounting_date(timestamp, timezone) -%}
    cast({{ local_timestamp(timestamp, timezone) }} as date)
{%- endmacro %}
