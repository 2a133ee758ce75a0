{#- Deferred part of a consideration at a moment: what is not served of it, less what was given back
    out of unserved service and is still to be spread. Never beyond zero, for credits as for charges:
    the line's own amount says which of them it is. -#}
{% macro unearned_part(line_amount, consideration, give_back, served_units, total_units) -%}
    cast(sign({{ line_amount }}) * greatest(0, sign({{ line_amount }}) * (
        ({{ consideration }})
        - {{ share_of_service('(' ~ consideration ~ ')', served_units, total_units) }}
        - {{ give_back }}
    )) as bigint)
{%- endmacro %}
