{% test unique_by(model, columns) %}
-- Rows that share a key. Grouping takes a null for a value like any other, so a key with an empty
-- part is still held to be unique. Only the key is reported, never what stands beside it.
select
    {{ columns | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
group by
    {{ columns | join(',\n    ') }}
having count(*) > 1
{% endtest %}
