{#- All closes in one table. dbt must know what it reads before it runs, so the closes are listed in a
    var, which scripts/close_period.py keeps; the seed without rows gives the columns when there are none. -#}
{% macro close_rows(columns) -%}
    (
    {%- for close in ['nothing_closed'] + var('closes', []) %}
        select
            {{ columns | join(',\n            ') }}
        from {{ ref(close) }}
        {%- if not loop.last %}
        union all
        {%- endif %}
    {%- endfor %}
    )
{%- endmacro %}
