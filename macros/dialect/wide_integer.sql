{% macro wide_integer(value) -%}
    {{ return(adapter.dispatch('wide_integer', 'tieout')(value)) }}
{%- endmacro %}

{% macro default__wide_integer(value) -%}
    cast({{ value }} as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__wide_integer(value) -%}
    cast({{ value }} as hugeint)
{%- endmacro %}

{% macro bigquery__wide_integer(value) -%}
    cast({{ value }} as bignumeric)
{%- endmacro %}

{% macro clickhouse__wide_integer(value) -%}
    toInt128({{ value }})
{%- endmacro %}
