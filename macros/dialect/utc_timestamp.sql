{#- A point in time of any landed type as a UTC timestamp without zone, or null when it cannot be read
    or lies outside 2000 to 2099, where a zero or a year 9999 stands for nothing. Text with an offset is moved to UTC: a cast alone would drop the
    offset, and text without one must not depend on the session's zone. -#}
{% macro utc_timestamp(expression) -%}
    {{ return(adapter.dispatch('utc_timestamp', 'tieout')(expression)) }}
{%- endmacro %}

{% macro default__utc_timestamp(expression) -%}
    case
        when not pg_input_is_valid(trim(cast({{ expression }} as text)), 'timestamptz') then null
        when trim(cast({{ expression }} as text)) !~ '^20[0-9]{2}-' then null
        when trim(cast({{ expression }} as text)) ~ ':[0-9.]+ ?(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$'
            then cast(trim(cast({{ expression }} as text)) as timestamptz) at time zone 'UTC'
        else cast(trim(cast({{ expression }} as text)) as timestamp)
    end
{%- endmacro %}

{% macro duckdb__utc_timestamp(expression) -%}
    case
        when not regexp_matches(trim(cast({{ expression }} as varchar)), '^20[0-9]{2}-')
            then null
        when regexp_matches(
            trim(cast({{ expression }} as varchar)),
            ':[0-9.]+ ?(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$'
        )
            then try_cast(trim(cast({{ expression }} as varchar)) as timestamptz) at time zone 'UTC'
        else try_cast(trim(cast({{ expression }} as varchar)) as timestamp)
    end
{%- endmacro %}

{#- The session's zone is UTC in this project's profile. -#}
{% macro spark__utc_timestamp(expression) -%}
    case
        when cast({{ expression }} as string) rlike '^ *20[0-9]{2}-'
            then try_cast(trim(cast({{ expression }} as string)) as timestamp)
    end
{%- endmacro %}

{% macro snowflake__utc_timestamp(expression) -%}
    case
        when not regexp_like(trim(cast({{ expression }} as varchar)), '20[0-9]{2}-.*') then null
        when regexp_like(
            trim(cast({{ expression }} as varchar)),
            '.*:[0-9.]+ ?(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)'
        )
            then cast(
                convert_timezone('UTC', try_to_timestamp_tz(trim(cast({{ expression }} as varchar))))
                as timestamp_ntz
            )
        else try_to_timestamp_ntz(trim(cast({{ expression }} as varchar)))
    end
{%- endmacro %}

{% macro bigquery__utc_timestamp(expression) -%}
    case
        when regexp_contains(trim(cast({{ expression }} as string)), r'^20[0-9]{2}-')
            then safe_cast(trim(cast({{ expression }} as string)) as timestamp)
    end
{%- endmacro %}

{% macro clickhouse__utc_timestamp(expression) -%}
    case
        when match(trim(toString({{ expression }})), '^20[0-9]{2}-')
            then parseDateTime64BestEffortOrNull(trim(toString({{ expression }})), 6, 'UTC')
    end
{%- endmacro %}
