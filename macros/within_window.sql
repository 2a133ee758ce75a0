{#- Whether the two dates of a pair lie within a rule's window, counted by the rule's clock. Expects the
    pair as `pairs` and the rules of its leg as `windows`; no window is never within. -#}
{% macro within_window(rule) -%}
    case windows.{{ rule }}_clock
        when 'business_days' then pairs.business_days_apart
        else pairs.date_distance
    end <= windows.{{ rule }}_days
{%- endmacro %}
