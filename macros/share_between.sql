{#- What falls to one part of a whole when an amount paid so far grows from one figure to another: the
    rounded share of the later figure less that of the earlier one, so that steps sum to the part. The
    part and the whole may be negative. -#}
{% macro share_between(part, whole, to_date, before) -%}
    sign({{ part }}) * sign({{ whole }}) * (
        {{ convert_money(to_date, 'abs(' ~ part ~ ')', 'abs(' ~ whole ~ ')') }}
        - {{ convert_money(before, 'abs(' ~ part ~ ')', 'abs(' ~ whole ~ ')') }}
    )
{%- endmacro %}
