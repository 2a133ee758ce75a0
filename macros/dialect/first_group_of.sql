{#- What the first parenthesis of a regular expression finds in a text; empty or null when nothing. -#}
{% macro first_group_of(expression, pattern) -%}
    {{ return(adapter.dispatch('first_group_of', 'tieout')(expression, pattern)) }}
{%- endmacro %}

{% macro default__first_group_of(expression, pattern) -%}
    regexp_extract({{ expression }}, {{ pattern }}, 1)
{%- endmacro %}

{% macro postgres__first_group_of(expression, pattern) -%}
    (regexp_match({{ expression }}, {{ pattern }}))[1]
{%- endmacro %}

{% macro snowflake__first_group_of(expression, pattern) -%}
    regexp_substr({{ expression }}, {{ pattern }}, 1, 1, 'e', 1)
{%- endmacro %}

{% macro bigquery__first_group_of(expression, pattern) -%}
    regexp_extract({{ expression }}, {{ pattern }})
{%- endmacro %}

{% macro clickhouse__first_group_of(expression, pattern) -%}
    if(
        match({{ expression }}, {{ pattern }}),
        replaceRegexpOne({{ expression }}, concat('^.*?', {{ pattern }}, '.*$'), '\\1'),
        ''
    )
{%- endmacro %}
