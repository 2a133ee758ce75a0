{#- Every declared source table, so that a model that asks all of them at run time can wait for all of
    them: dbt knows what a model waits for before it knows the sources. A test keeps the list whole. -#}
{% macro read_tables() -%}
    {%- set tables = {
        'bank_statement': ['statement_line'],
        'ecb': ['exchange_rate'],
        'load_log': ['load'],
        'metering': ['usage_record'],
        'paypal': ['transaction'],
        'plaid': ['transaction'],
        'stripe': [
            'customer', 'product', 'price', 'subscription_history', 'subscription_item', 'invoice',
            'invoice_line_item', 'coupon', 'discount', 'charge', 'refund', 'dispute', 'credit_note',
            'credit_note_line_item', 'balance_transaction', 'payout', 'payout_balance_transaction',
            'customer_balance_transaction',
        ],
        'xero': [
            'account', 'organization', 'contact', 'invoice', 'invoice_line_item', 'journal',
            'journal_line',
        ],
    } -%}
    {%- if var('agreement_sources', none) is not none -%}
        {%- do tables.update({
            'agreements': ['agreement_line', 'agreement_tier'],
            'metering': tables['metering'] + ['usage_event'],
            'psa': ['invoice_line'],
            'stripe': tables['stripe'] + ['meter_event_summary'],
            'vendor_counts': ['unit_count'],
        }) -%}
    {%- endif -%}
    {{ return(tables) }}
{%- endmacro %}
