{#- Which of the documents that look like a posting is the better: the same customer before none named, then the one that explains most lines of the journal, then the nearer day. -#}
{% macro structural_preference(pairs) -%}
    case when {{ pairs }}.is_same_customer then 0 else 1 end asc, {{ pairs }}.fitting_lines desc, {{ pairs }}.date_distance asc
{%- endmacro %}
