{#- What is not served of a consideration, less what was given back out of unserved service and is still
    to be spread over the rest of it. -#}
{% macro unserved_part(consideration, give_back, served_units, total_units) -%}
    (
        ({{ consideration }})
        - {{ share_of_service('(' ~ consideration ~ ')', served_units, total_units) }}
        - {{ give_back }}
    )
{%- endmacro %}
