{#- A boolean of any landed type: files land it as text. What is neither true nor false is nothing said. -#}
{% macro truth(expression, otherwise) -%}
    case
        when lower({{ trimmed(expression) }}) in ('true', 't', '1') then true
        when lower({{ trimmed(expression) }}) in ('false', 'f', '0') then false
        else {{ otherwise }}
    end
{%- endmacro %}
