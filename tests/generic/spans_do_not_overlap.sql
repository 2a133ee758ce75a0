{% test spans_do_not_overlap(model, columns) %}
-- Rows that end before they begin, or hold on a day on which another row of the same key holds too.
-- Text is compared as mappings compare it, so a key in capitals is the same key.
with

spans as (
    select
        {%- for column in columns %}
        lower(trim(cast({{ column }} as {{ dbt.type_string() }}))) as {{ column }},
        {%- endfor %}
        effective_from,
        effective_to
    from {{ model }}
),

followed as (
    select
        *,
        lead(effective_from) over (
            partition by {{ columns | join(', ') }}
            order by effective_from, effective_to
        ) as next_from
    from spans
)

select
    {{ columns | join(',\n    ') }},
    effective_from,
    effective_to
from followed
where
    effective_to <= effective_from
    or next_from < effective_to
    or (effective_to is null and next_from is not null)
{% endtest %}
