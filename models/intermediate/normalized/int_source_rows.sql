-- grain: one row per source_name, source_table, source_relation, source_record_id, version_number
with

staged as (
    {{ staged_rows('billing_sources', 'invoices', 'total_amount_minor', 'currency_code') }}
    union all
    {{ staged_rows('billing_sources', 'invoice_lines', 'landed_amount_minor', 'currency_code') }}
    union all
    {{ staged_rows('billing_sources', 'charges', 'amount_minor', 'currency_code') }}
    union all
    {{ staged_rows('billing_sources', 'refunds', 'amount_minor', 'currency_code') }}
    union all
    {{ staged_rows('billing_sources', 'disputes', 'amount_minor', 'currency_code') }}
    union all
    {{ staged_rows('billing_sources', 'credit_notes', 'total_amount_minor', 'currency_code') }}
    union all
    {{ staged_rows(
        'billing_sources', 'credit_note_lines', 'landed_amount_minor', 'currency_code'
    ) }}
    union all
    {{ staged_rows(
        'billing_sources', 'customer_balance_changes', 'amount_minor', 'currency_code'
    ) }}
    union all
    {{ staged_rows(
        'processor_sources', 'processor_transactions', 'gross_amount_minor', 'currency_code'
    ) }}
    union all
    {{ staged_rows('processor_sources', 'payouts', 'amount_minor', 'currency_code') }}
    -- Where one table holds every movement, a payout is listed there as a transaction already.
    where staged_rows.source_table = 'payout'
    union all
    {{ staged_rows('ledger_sources', 'journals', 'null', 'cast(null as varchar(3))') }}
    union all
    {{ staged_rows('ledger_sources', 'ledger_lines', 'amount_minor', 'currency_code') }}
    union all
    {{ staged_rows('bank_sources', 'bank_lines', 'amount_minor', 'currency_code') }}
    union all
    {{ staged_rows(
        'usage_sources', 'usage_records', 'null', 'cast(null as varchar(3))',
        columns_of='metering', landed_by=['metering']
    ) }}
    union all
    {{ staged_rows(
        'usage_sources', 'usage_events', 'null', 'cast(null as varchar(3))', columns_of='metering'
    ) }}
    union all
    {{ staged_rows(
        'agreement_sources', 'agreement_lines', 'null', 'currency_code', columns_of='agreements'
    ) }}
    union all
    {{ staged_rows(
        'agreement_sources', 'agreement_tiers', 'null', 'cast(null as varchar(3))',
        columns_of='agreements'
    ) }}
    union all
    {{ staged_rows(
        'count_sources', 'unit_counts', 'null', 'currency_code', columns_of='vendor_counts'
    ) }}
    union all
    {{ staged_rows(
        'psa_sources', 'invoice_quantities', 'amount_minor', 'currency_code', columns_of='psa'
    ) }}
),

-- Lines that can be read, and cannot be used for what another table says.
unusable_lines as (
    select
        source_name,
        source_table,
        coalesce(source_relation, '') as relation_key,
        source_record_id,
        'unmapped_account' as reason
    from {{ ref('int_ledger_lines_mapped') }}
    where account_role is null
    union all
    select
        source_name,
        source_table,
        coalesce(source_relation, '') as relation_key,
        source_record_id,
        quarantine_reason as reason
    from {{ ref('int_itemised_invoice_lines') }}
    where quarantine_reason is not null
),

source_rows as (
    select
        staged.source_name,
        staged.source_table,
        staged.source_relation,
        staged.entity_id,
        staged.source_record_id,
        staged.version_number,
        staged.currency_code,
        staged.amount_minor,
        staged.recorded_at,
        staged.synced_at,
        case
            when unusable_lines.source_record_id is not null and staged.state = 'accepted'
                then 'quarantined'
            else staged.state
        end as state,
        case
            when unusable_lines.source_record_id is not null and staged.state = 'accepted'
                then unusable_lines.reason
            else staged.reason
        end as reason
    from staged
    left join unusable_lines
        on
            staged.source_name = unusable_lines.source_name
            and staged.source_table = unusable_lines.source_table
            and coalesce(staged.source_relation, '') = unusable_lines.relation_key
            and staged.source_record_id = unusable_lines.source_record_id
)

select * from source_rows
