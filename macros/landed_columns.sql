{#- The columns of every table of the sources in use, as declared and as landed, one row each. The
    engine is asked for them at run time; names and types are quoted, they are somebody else's. One
    bracket per table keeps the union shallow. -#}
{% macro landed_columns() -%}
    {%- if not execute -%}
        {%- for source_name, tables in read_tables().items() -%}
            {%- for table_name in tables -%}{%- do raw(source_name, table_name) -%}{%- endfor -%}
        {%- endfor -%}
    {%- endif -%}

    {%- set used = ['load_log'] -%}
    {%- for role in source_role_names() -%}{%- do used.extend(var(role, [])) -%}{%- endfor -%}
    {%- set nodes = graph.sources.values() | selectattr('source_name', 'in', used) | list if execute else [] -%}
    {%- for node in nodes | sort(attribute='source_name,name') -%}
        {%- if var('demo') -%}
            {%- set landed = adapter.get_relation(
                database=target.database, schema=target.schema, identifier=node.source_name ~ '__' ~ node.name) -%}
        {%- else -%}
            {%- set landed = adapter.get_relation(
                database=node.database, schema=node.schema, identifier=node.identifier) -%}
        {%- endif -%}
        {%- set types = {} -%}
        {%- for column in (adapter.get_columns_in_relation(landed) if landed is not none else []) -%}
            {%- do types.update({column.name | lower: column.data_type}) -%}
        {%- endfor %}
    select * from (
        {%- for name in (node.columns.keys() | list + types.keys() | list) | unique | sort %}
        {%- set declared = node.columns.get(name) %}
        select
            '{{ node.source_name }}' as source_name,
            '{{ node.name }}' as table_name,
            '{{ name | replace("'", "''") }}' as column_name,
            {{ landed is not none }} as is_table_landed,
            {{ node.meta.get('optional', false) or false }} as is_table_optional,
            {{ declared is not none }} as is_declared,
            {{ (declared.meta.get('optional', false) or false) if declared else true }} as is_optional,
            {{ name in types }} as is_landed,
            '{{ declared.data_type if declared else '' }}' as declared_type,
            '{{ types.get(name, '') | replace("'", "''") }}' as landed_type,
            '{{ type_family(declared.data_type) if declared else '' }}' as declared_family,
            '{{ type_family(types[name]) | replace("'", "''") if name in types else '' }}' as landed_family
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as {{ node.source_name }}_{{ node.name }}
    union all
    {%- endfor %}
    select
        '' as source_name,
        '' as table_name,
        '' as column_name,
        false as is_table_landed,
        false as is_table_optional,
        false as is_declared,
        false as is_optional,
        false as is_landed,
        '' as declared_type,
        '' as landed_type,
        '' as declared_family,
        '' as landed_family
    where 1 = 0
{%- endmacro %}
