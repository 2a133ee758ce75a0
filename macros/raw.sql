{#- The only door to landed data. A table may land with more columns than staging reads; an optional
    column that has not landed yet reads as null and an optional table as empty; a required one stops
    the run with one clear line. -#}
{% macro raw(source_name, table_name) -%}
    {%- if var('demo') -%}
        {%- set relation = ref(source_name ~ '__' ~ table_name) -%}
    {%- else -%}
        {%- set relation = source(source_name, table_name) -%}
    {%- endif -%}
    {%- if not execute -%}
        {{ return(relation) }}
    {%- endif -%}

    {#- A unit test sees neither graph nor data, only a CTE with the columns of the demo seed. What the
        seeds do without is source_relation. -#}
    {%- if 'sources' not in graph -%}
        {%- set seed = adapter.get_relation(
            database=target.database, schema=target.schema, identifier=source_name ~ '__' ~ table_name) -%}
        {%- if seed is none or 'source_relation' in adapter.get_columns_in_relation(seed) | map(attribute='name') -%}
            {{ return(relation) }}
        {%- endif -%}
        {{ return('(select landed.*, cast(null as ' ~ dbt.type_string() ~ ') as source_relation from ' ~ relation ~ ' as landed)') }}
    {%- endif -%}

    {%- set name = source_name ~ '.' ~ table_name -%}
    {%- set declared = (graph.sources.values()
        | selectattr('source_name', 'equalto', source_name)
        | selectattr('name', 'equalto', table_name) | list | first) -%}
    {%- if not declared -%}
        {{ exceptions.raise_compiler_error(name ~ ' is not declared in models/staging/' ~ source_name ~ '/_' ~ source_name ~ '__sources.yml: declare the table and its columns there.') }}
    {%- endif -%}
    {%- set landed = load_relation(relation) -%}
    {%- if landed is none -%}
        {%- if var('demo') -%}
            {{ return(relation) }}
        {%- elif not declared.meta.get('optional') -%}
            {{ exceptions.raise_compiler_error(name ~ ' has not landed: ' ~ model.name ~ ' looked for ' ~ relation ~ ', see the vars ' ~ source_name ~ '_database and ' ~ source_name ~ '_schema.') }}
        {%- endif -%}
        {%- set present = [] -%}
    {%- else -%}
        {%- set present = adapter.get_columns_in_relation(landed) | map(attribute='name') | map('lower') | list -%}
    {%- endif -%}

    {%- set types = {
        'text': dbt.type_string(), 'bigint': dbt.type_bigint(), 'numeric': dbt.type_numeric(),
        'boolean': dbt.type_boolean(), 'timestamp': dbt.type_timestamp(), 'date': 'date',
    } -%}
    {%- set absent = [] -%}
    {%- for column in declared.columns.values() if column.name not in present -%}
        {%- if present and not column.meta.get('optional') -%}
            {{ exceptions.raise_compiler_error(name ~ ' has no column ' ~ column.name ~ ', which ' ~ model.name ~ ' cannot do without: land it, or give staging a view that has it under this name.') }}
        {%- endif -%}
        {%- do absent.append('cast(null as ' ~ types[column.data_type] ~ ') as ' ~ adapter.quote(column.name)) -%}
    {%- endfor -%}

    {#- What was loaded later had not been seen then. A row that does not say when it was loaded is not
        taken for later, and a table that never says is shown whole. -#}
    {%- set known_until = checked_var('known_until', '([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})?') -%}
    {%- set stamp = declared.loaded_at_field -%}
    {%- set shown_until = '' -%}
    {%- if known_until and stamp and stamp in present -%}
        {%- set loaded_at = utc_timestamp('landed.' ~ adapter.quote(stamp)) -%}
        {%- set shown_until = " where coalesce(" ~ loaded_at ~ " <= cast('" ~ known_until ~ "' as " ~ dbt.type_timestamp() ~ "), true)" -%}
    {%- endif -%}

    {%- if not absent and not shown_until -%}
        {{ return(relation) }}
    {%- elif not absent -%}
        {{ return('(select landed.* from ' ~ relation ~ ' as landed' ~ shown_until ~ ')') }}
    {%- elif present -%}
        {{ return('(select landed.*, ' ~ absent | join(', ') ~ ' from ' ~ relation ~ ' as landed' ~ shown_until ~ ')') }}
    {%- else -%}
        {{ return('(select ' ~ absent | join(', ') ~ ' limit 0)') }}
    {%- endif -%}
{%- endmacro %}
