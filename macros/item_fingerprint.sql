{% macro item_fingerprint(relation) -%}
    {{ dbt.hash(
        "cast(" ~ relation ~ ".amount_minor as " ~ dbt.type_string() ~ ") || '|' || "
        ~ relation ~ ".currency_code || '|' || cast("
        ~ relation ~ ".item_date as " ~ dbt.type_string() ~ ") || '|' || coalesce("
        ~ relation ~ ".document_reference, '') || coalesce('|' || cast("
        ~ relation ~ ".quantity_millionths as " ~ dbt.type_string() ~ "), '')"
    ) }}
{%- endmacro %}
