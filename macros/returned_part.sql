{#- What goes back of one part of a recovery: the share of all that went back so far less the share
    before, so that a payment that goes back in parts leaves nothing. -#}
{% macro returned_part(recovered) -%}
    sign({{ recovered }}) * (
        {{ convert_money(
            'returns.returned_minor', 'abs(' ~ recovered ~ ')', 'returns.paid_amount_minor'
        ) }}
        - {{ convert_money(
            'returns.returned_before_minor', 'abs(' ~ recovered ~ ')', 'returns.paid_amount_minor'
        ) }}
    )
{%- endmacro %}
