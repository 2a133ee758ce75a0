{#- What of a payment's functional value came on top of what was due: the customer's own. -#}
{% macro overpaid_part() -%}
    case
        when overpaid_amount_minor = 0 then 0
        else {{ convert_money('functional_amount_minor', 'overpaid_amount_minor', 'amount_minor') }}
    end
{%- endmacro %}
