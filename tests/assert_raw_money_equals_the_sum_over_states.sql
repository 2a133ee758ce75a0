-- Invariant: what can be read of the raw amounts, net and gross, is the sum over the states (L2).
-- Grain: raw table, currency as landed.
-- A row: a table and currency whose sums differ, in minor units.
-- Then: a staging model of that table changes, repeats or loses amounts; compare row by row.
{{ config(
    enabled='stripe' in var('billing_sources') and 'stripe' in var('processor_sources')
    and 'xero' in var('ledger_sources') and 'bank_statement' in var('bank_sources')
) }}
with

{% set amounts = {
    'invoice': 'total', 'invoice_line_item': 'amount', 'charge': 'amount', 'refund': 'amount',
    'dispute': 'amount', 'credit_note': 'coalesce(total, amount)', 'balance_transaction': 'amount',
    'payout': 'amount', 'customer_balance_transaction': 'amount',
} %}
landed as (
    {% for table_name, amount in amounts.items() %}
        select
            'stripe' as source_name,
            '{{ table_name }}' as source_table,
            upper({{ trimmed('currency') }}) as currency_code,
            {{ minor_units(amount, 0) }} as amount_minor
        from {{ raw('stripe', table_name) }} as {{ table_name }}
        union all
    {% endfor %}
    {% if 'paypal' in var('processor_sources') %}
        select
            'paypal' as source_name,
            'transaction' as source_table,
            upper({{ trimmed('movement.transaction_amount_currency_code') }}) as currency_code,
            {{ minor_units('movement.transaction_amount_value', 'currencies.exponent') }}
                as amount_minor
        from {{ raw('paypal', 'transaction') }} as movement
        left join {{ ref('currencies') }} as currencies
            on
                upper({{ trimmed('movement.transaction_amount_currency_code') }})
                = currencies.currency_code
        union all
    {% endif %}
    select
        'stripe' as source_name,
        'credit_note_line_item' as source_table,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        {{ minor_units('landed_lines.amount', 0) }} as amount_minor
    from {{ raw('stripe', 'credit_note_line_item') }} as landed_lines
    union all
    select
        'xero' as source_name,
        'journal_line' as source_table,
        organizations.base_currency_code as currency_code,
        {{ minor_units('journal_line.net_amount', 'currencies.exponent') }} as amount_minor
    from {{ raw('xero', 'journal_line') }} as journal_line
    left join {{ ref('stg_xero__organizations') }} as organizations
        on coalesce({{ trimmed('journal_line.source_relation') }}, '') = organizations.relation_key
    left join {{ ref('currencies') }} as currencies
        on organizations.base_currency_code = currencies.currency_code
    union all
    select
        'bank_statement' as source_name,
        'statement_line' as source_table,
        upper({{ trimmed('statement_line.currency') }}) as currency_code,
        {{ minor_units('statement_line.amount', 'currencies.exponent') }} as amount_minor
    from {{ raw('bank_statement', 'statement_line') }} as statement_line
    left join {{ ref('currencies') }} as currencies
        on upper({{ trimmed('statement_line.currency') }}) = currencies.currency_code
    {% if 'plaid' in var('bank_sources') %}
        union all
        select
            'plaid' as source_name,
            'transaction' as source_table,
            upper({{ trimmed('plaid_line.iso_currency_code') }}) as currency_code,
            -({{ minor_units('plaid_line.amount', 'currencies.exponent') }}) as amount_minor
        from {{ raw('plaid', 'transaction') }} as plaid_line
        left join {{ ref('currencies') }} as currencies
            on upper({{ trimmed('plaid_line.iso_currency_code') }}) = currencies.currency_code
    {% endif %}
    {% if 'psa' in var('psa_sources') %}
        union all
        select
            'psa' as source_name,
            'invoice_line' as source_table,
            upper({{ trimmed('psa_line.currency') }}) as currency_code,
            {{ minor_units('psa_line.amount', 'currencies.exponent') }} as amount_minor
        from {{ raw('psa', 'invoice_line') }} as psa_line
        left join {{ ref('currencies') }} as currencies
            on upper({{ trimmed('psa_line.currency') }}) = currencies.currency_code
    {% endif %}
),

landed_sums as (
    select
        source_name,
        source_table,
        coalesce(currency_code, '') as currency_key,
        sum(amount_minor) as net_minor,
        sum(abs(amount_minor)) as gross_minor,
        sum(case when amount_minor is null then 1 else 0 end) as unreadable_rows
    from landed
    group by source_name, source_table, coalesce(currency_code, '')
),

-- A credit note's line lands without a currency of its own.
accounted as (
    select
        source_name,
        source_table,
        case
            when source_table = 'credit_note_line_item' then '' else coalesce(currency_code, '')
        end as currency_key,
        amount_minor
    from {{ ref('int_source_rows') }}
    where
        source_name in ('stripe', 'paypal', 'xero', 'bank_statement', 'plaid', 'psa')
        and source_table not in ('journal', 'meter_event_summary')
),

accounted_sums as (
    select
        source_name,
        source_table,
        currency_key,
        sum(amount_minor) as net_minor,
        sum(abs(amount_minor)) as gross_minor,
        sum(case when amount_minor is null then 1 else 0 end) as unreadable_rows
    from accounted
    group by source_name, source_table, currency_key
)

select
    coalesce(landed_sums.source_name, accounted_sums.source_name) as source_name,
    coalesce(landed_sums.source_table, accounted_sums.source_table) as source_table,
    coalesce(landed_sums.currency_key, accounted_sums.currency_key) as currency_key,
    landed_sums.net_minor as landed_net_minor,
    accounted_sums.net_minor as accounted_net_minor,
    landed_sums.gross_minor as landed_gross_minor,
    accounted_sums.gross_minor as accounted_gross_minor,
    landed_sums.unreadable_rows as landed_unreadable_rows,
    accounted_sums.unreadable_rows as accounted_unreadable_rows
from landed_sums
full outer join accounted_sums
    on
        landed_sums.source_name = accounted_sums.source_name
        and landed_sums.source_table = accounted_sums.source_table
        and landed_sums.currency_key = accounted_sums.currency_key
where
    landed_sums.net_minor is distinct from accounted_sums.net_minor
    or landed_sums.gross_minor is distinct from accounted_sums.gross_minor
    or landed_sums.unreadable_rows is distinct from accounted_sums.unreadable_rows
