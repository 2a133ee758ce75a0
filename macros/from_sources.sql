{#- The union of one staging object over the sources that play a role, or one of several, readable rows
    only, each with its entity. Staging models of the same object have the same columns in the same
    order. A role that nobody has to fill names the source whose columns an empty list has; an object that
    not every source of a role lands names the sources that do. -#}
{% macro from_sources(role, object_name, readable_only=true, columns_of=none, landed_by=none) -%}
    {%- set listed = [] -%}
    {%- for name in ([role] if role is string else role) -%}
        {%- do listed.extend(var(name)) -%}
    {%- endfor -%}
    {%- set listed = listed | select('in', landed_by) | list if landed_by else listed -%}
    {%- set is_filled = listed | length > 0 -%}
    {%- set source_names = listed | unique | list if is_filled else [columns_of] -%}
    {%- if not is_filled and not columns_of -%}
        {{ exceptions.raise_compiler_error('var ' ~ role ~ ' is empty: name at least one source, such as [stripe].') }}
    {%- endif -%}
    (
    {%- for source_name in source_names %}
        select
            staged.*,
            coalesce(nullif(entities.entity_id, ''), 'main') as entity_id,
            coalesce(
                nullif(entities.timezone, ''),
                '{{ checked_var("timezone", "[A-Za-z0-9_+/-]+") }}'
            ) as entity_timezone
        from {{ ref('stg_' ~ source_name ~ '__' ~ object_name) }} as staged
        left join {{ ref('entities') }} as entities
            on entities.source_name = '{{ source_name }}'
            and coalesce(entities.source_relation, '') = coalesce(staged.source_relation, '')
        {%- if not is_filled %}
        where 1 = 0
        {%- elif readable_only %}
        where staged.quarantine_reason is null and staged.ignore_reason is null
        {%- endif %}
        {%- if not loop.last %}
        union all
        {%- endif %}
    {%- endfor %}
    )
{%- endmacro %}
