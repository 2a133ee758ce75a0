{#- The vars that list sources by what they are there for. Those of quantities may be absent. -#}
{% macro source_role_names() -%}
    {{ return([
        'billing_sources', 'processor_sources', 'ledger_sources', 'bank_sources', 'rate_sources',
        'usage_sources', 'agreement_sources', 'count_sources', 'psa_sources',
    ]) }}
{%- endmacro %}
