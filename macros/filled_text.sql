{#- A sentence with its braces filled: {name} becomes the value of that name, or the word nothing. -#}
{% macro filled_text(sentence, values) -%}
    {%- for name in values -%}replace({% endfor -%}
    {{ sentence }}
    {%- for name, value in values.items() %}, '{{ '{' ~ name ~ '}' }}', coalesce(cast({{ value }} as {{ dbt.type_string() }}), 'nothing')){%- endfor %}
{%- endmacro %}
