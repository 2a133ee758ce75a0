-- Invariant: every raw row is accepted, ignored or quarantined, once; no state without a row (L1).
-- Grain: raw table.
-- A row: a table whose rows landed and rows accounted for differ, with both counts.
-- Then: a join in the table's staging models fans out or drops rows; compare the missing ids.
{{ config(
    enabled='stripe' in var('billing_sources') and 'stripe' in var('processor_sources')
    and 'xero' in var('ledger_sources') and 'bank_statement' in var('bank_sources')
) }}
with

{% set transactional = [
    ('stripe', 'invoice'),
    ('stripe', 'invoice_line_item'),
    ('stripe', 'charge'),
    ('stripe', 'refund'),
    ('stripe', 'dispute'),
    ('stripe', 'credit_note'),
    ('stripe', 'credit_note_line_item'),
    ('stripe', 'balance_transaction'),
    ('stripe', 'payout'),
    ('stripe', 'customer_balance_transaction'),
    ('xero', 'journal'),
    ('xero', 'journal_line'),
    ('bank_statement', 'statement_line'),
] + ([('paypal', 'transaction')] if 'paypal' in var('processor_sources') else [])
  + ([('metering', 'usage_record'), ('metering', 'usage_event')]
     if 'metering' in var('usage_sources') else [])
  + ([('stripe', 'meter_event_summary')] if 'stripe' in var('usage_sources') else [])
  + ([('agreements', 'agreement_line'), ('agreements', 'agreement_tier')]
     if 'agreements' in var('agreement_sources') else [])
  + ([('vendor_counts', 'unit_count')] if 'vendor_counts' in var('count_sources') else [])
  + ([('psa', 'invoice_line')] if 'psa' in var('psa_sources') else [])
  + ([('plaid', 'transaction')] if 'plaid' in var('bank_sources') else []) %}
landed as (
    {% for source_name, table_name in transactional %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as source_table,
            count(*) as landed_rows
        from {{ raw(source_name, table_name) }} as {{ table_name }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

accounted as (
    select
        source_name,
        source_table,
        sum(case when state = 'accepted' then 1 else 0 end) as accepted_rows,
        sum(case when state = 'ignored' then 1 else 0 end) as ignored_rows,
        sum(case when state = 'quarantined' then 1 else 0 end) as quarantined_rows
    from {{ ref('int_source_rows') }}
    where
        source_name in (
            'stripe', 'paypal', 'xero', 'bank_statement', 'plaid', 'metering', 'agreements',
            'vendor_counts', 'psa'
        )
        and (state = 'accepted' or reason is not null)
    group by source_name, source_table
)

select
    coalesce(landed.source_name, accounted.source_name) as source_name,
    coalesce(landed.source_table, accounted.source_table) as source_table,
    landed.landed_rows,
    accounted.accepted_rows,
    accounted.ignored_rows,
    accounted.quarantined_rows
from landed
full outer join accounted
    on
        landed.source_name = accounted.source_name
        and landed.source_table = accounted.source_table
where
    coalesce(landed.landed_rows, 0) <> coalesce(accounted.accepted_rows, 0)
    + coalesce(accounted.ignored_rows, 0) + coalesce(accounted.quarantined_rows, 0)
