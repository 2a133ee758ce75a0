{#- What a frozen figure is compared by: one document's postings of one day on one account. -#}
{% macro posting_key(side, event_type, document_reference, entry_date) -%}
    {{ dbt.concat([
        side, "':'", "entity_id", "':'", "source_name", "':'", event_type, "':'",
        "coalesce(" ~ document_reference ~ ", '')", "':'", "account_role", "':'", "currency_code",
        "':'", "cast(" ~ entry_date ~ " as " ~ dbt.type_string() ~ ")"
    ]) }}
{%- endmacro %}
