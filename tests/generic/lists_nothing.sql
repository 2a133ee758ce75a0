{% test lists_nothing(model, columns) %}
-- Rows of a list that is best empty. With severity warn the build goes on and says how many.
select
    {{ columns | join(',\n    ') }}
from {{ model }}
{% endtest %}
