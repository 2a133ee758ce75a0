{#- A UTC timestamp as the clock on an entity's wall shows it, without zone. -#}
{% macro local_timestamp(timestamp, timezone) -%}
    {{ return(adapter.dispatch('local_timestamp', 'tieout')(timestamp, timezone)) }}
{%- endmacro %}

{% macro default__local_timestamp(timestamp, timezone) -%}
    case
        when {{ timezone }} = 'UTC' then {{ timestamp }}
        else ({{ timestamp }} at time zone 'UTC') at time zone {{ timezone }}
    end
{%- endmacro %}

{% macro spark__local_timestamp(timestamp, timezone) -%}
    from_utc_timestamp({{ timestamp }}, {{ timezone }})
{%- endmacro %}

{% macro snowflake__local_timestamp(timestamp, timezone) -%}
    convert_timezone('UTC', {{ timezone }}, {{ timestamp }})
{%- endmacro %}

{% macro bigquery__local_timestamp(timestamp, timezone) -%}
    datetime({{ timestamp }}, {{ timezone }})
{%- endmacro %}

{#- Needs allow_nonconst_timezone_arguments = 1: the zone is a column. -#}
{% macro clickhouse__local_timestamp(timestamp, timezone) -%}
    toTimeZone({{ timestamp }}, {{ timezone }})
{%- endmacro %}
