{#- The date of a UTC timestamp in an entity's accounting time zone. -#}
{% macro accounting_date(timestamp, timezone) -%}
    {{ return(adapter.dispatch('accounting_date', 'tieout')(timestamp, timezone)) }}
{%- endmacro %}

{% macro default__accounting_date(timestamp, timezone) -%}
    case
        when {{ timezone }} = 'UTC' then cast({{ timestamp }} as date)
        else cast(({{ timestamp }} at time zone 'UTC') at time zone {{ timezone }} as date)
    end
{%- endmacro %}

{% macro spark__accounting_date(timestamp, timezone) -%}
    cast(from_utc_timestamp({{ timestamp }}, {{ timezone }}) as date)
{%- endmacro %}

{% macro snowflake__accounting_date(timestamp, timezone) -%}
    cast(convert_timezone('UTC', {{ timezone }}, {{ timestamp }}) as date)
{%- endmacro %}

{% macro bigquery__accounting_date(timestamp, timezone) -%}
    date({{ timestamp }}, {{ timezone }})
{%- endmacro %}

{#- Needs allow_nonconst_timezone_arguments = 1: the zone is a column. -#}
{% macro clickhouse__accounting_date(timestamp, timezone) -%}
    toDate(toTimeZone({{ timestamp }}, {{ timezone }}))
{%- endmacro %}
