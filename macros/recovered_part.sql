{#- What a recovery gives back of one part of a write-off: the share of all recoveries so far less the
    share of those before, so that a write-off that is paid in parts is undone to the cent. -#}
{% macro recovered_part(written_off) -%}
    sign({{ written_off }}) * sign(written_off.open_amount_minor) * (
        {{ convert_money(
            'recoveries.recovered_to_date_minor',
            'abs(' ~ written_off ~ ')',
            'abs(written_off.open_amount_minor)'
        ) }}
        - {{ convert_money(
            'recoveries.recovered_to_date_minor - recoveries.amount_minor',
            'abs(' ~ written_off ~ ')',
            'abs(written_off.open_amount_minor)'
        ) }}
    )
{%- endmacro %}
