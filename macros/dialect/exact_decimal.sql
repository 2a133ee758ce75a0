{#- A number of any landed type as decimal(38, 10), through its text, or null when the text is not a
    plain number of at most fifteen digits and ten places. A cast alone would round, or fail the run. -#}
{% macro exact_decimal(expression) -%}
    {{ return(adapter.dispatch('exact_decimal', 'tieout')(expression)) }}
{%- endmacro %}

{% macro default__exact_decimal(expression) -%}
    case
        when trim(cast({{ expression }} as text)) ~ '^[+-]?0*[0-9]{1,15}([.][0-9]{1,10}0*)?$'
            then cast(trim(cast({{ expression }} as text)) as decimal(38, 10))
    end
{%- endmacro %}

{% macro duckdb__exact_decimal(expression) -%}
    case
        when regexp_matches(
            trim(cast({{ expression }} as varchar)), '^[+-]?0*[0-9]{1,15}([.][0-9]{1,10}0*)?$'
        )
            then try_cast(trim(cast({{ expression }} as varchar)) as decimal(38, 10))
    end
{%- endmacro %}

{#- Spark writes a double from ten million up as 1.0E7. -#}
{% macro spark__exact_decimal(expression) -%}
    case
        when trim(cast({{ expression }} as string))
            rlike '^[+-]?0*[0-9]{1,15}([.][0-9]{1,10}0*)?(E[0-9]{1,2})?$'
            then try_cast(trim(cast({{ expression }} as string)) as decimal(38, 10))
    end
{%- endmacro %}

{% macro snowflake__exact_decimal(expression) -%}
    case
        when regexp_like(
            trim(cast({{ expression }} as varchar)), '[+-]?0*[0-9]{1,15}([.][0-9]{1,10}0*)?'
        )
            then try_to_decimal(trim(cast({{ expression }} as varchar)), 38, 10)
    end
{%- endmacro %}

{% macro bigquery__exact_decimal(expression) -%}
    case
        when regexp_contains(
            trim(cast({{ expression }} as string)), r'^[+-]?0*[0-9]{1,15}([.][0-9]{1,10}0*)?$'
        )
            then safe_cast(trim(cast({{ expression }} as string)) as bignumeric)
    end
{%- endmacro %}

{% macro clickhouse__exact_decimal(expression) -%}
    case
        when match(
            trim(toString({{ expression }})), '^[+-]?0*[0-9]{1,15}([.][0-9]{1,10}0*)?$'
        )
            then toDecimal128OrNull(trim(toString({{ expression }})), 10)
    end
{%- endmacro %}
