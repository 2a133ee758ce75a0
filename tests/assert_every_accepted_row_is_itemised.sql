-- Invariant: every accepted row with money is behind an item, or its document is (L1).
-- Grain: entity, source, table, record.
-- A row: money that was read and then judged by nobody.
-- Then: find the accounting event or the leg that should have taken the row up.
with

accepted as (
    select
        entity_id,
        source_name,
        source_table,
        source_record_id
    from {{ ref('int_source_rows') }}
    where state = 'accepted' and amount_minor <> 0
),

-- A line posts with its invoice or note, a refunded note with its refund, the credit to a
-- customer's balance with its note.
carriers as (
    select
        invoice_lines.entity_id,
        invoice_lines.source_table,
        invoice_lines.source_record_id,
        invoices.source_record_id as carrier_record_id
    from {{ ref('int_invoice_lines') }} as invoice_lines
    inner join {{ ref('int_invoices') }} as invoices
        on invoice_lines.invoice_id = invoices.invoice_id
    union all
    select
        credit_note_lines.entity_id,
        credit_note_lines.source_table,
        credit_note_lines.source_record_id,
        coalesce(refunds.source_record_id, credit_notes.source_record_id) as carrier_record_id
    from {{ ref('int_credit_note_lines') }} as credit_note_lines
    inner join {{ ref('int_credit_notes') }} as credit_notes
        on credit_note_lines.credit_note_id = credit_notes.credit_note_id
    left join {{ ref('int_refunds') }} as refunds
        on credit_notes.refund_id = refunds.refund_id
    union all
    select
        credit_notes.entity_id,
        credit_notes.source_table,
        credit_notes.source_record_id,
        refunds.source_record_id as carrier_record_id
    from {{ ref('int_credit_notes') }} as credit_notes
    inner join {{ ref('int_refunds') }} as refunds
        on credit_notes.refund_id = refunds.refund_id
    union all
    select
        balance_changes.entity_id,
        balance_changes.source_table,
        balance_changes.source_record_id,
        credit_notes.source_record_id as carrier_record_id
    from {{ ref('int_customer_balance_changes') }} as balance_changes
    inner join {{ ref('int_credit_notes') }} as credit_notes
        on balance_changes.credit_note_id = credit_notes.credit_note_id
    where balance_changes.kind = 'credited'
    union all
    -- What another system itemises was billed, and posts, with the invoice it comes to.
    select
        itemised_lines.entity_id,
        itemised_lines.source_table,
        itemised_lines.source_record_id,
        invoices.source_record_id as carrier_record_id
    from {{ ref('int_itemised_invoice_lines') }} as itemised_lines
    inner join {{ ref('int_invoices') }} as invoices
        on itemised_lines.invoice_id = invoices.invoice_id
    where itemised_lines.quarantine_reason is null
    union all
    -- What undoes a refund or a chargeback posts with it.
    select
        entity_id,
        source_table,
        source_record_id,
        object_reference as carrier_record_id
    from {{ ref('int_processor_transactions') }}
    where kind in ('refund_failure', 'dispute_reversal')
),

parts as (
    select distinct
        items.entity_id,
        parts.source_table,
        parts.source_record_id
    from {{ ref('fct_item_parts') }} as parts
    inner join {{ ref('fct_reconciliation_items') }} as items
        on parts.item_id = items.item_id
    union distinct
    -- Entries that cancel each other leave no item, and the item money control sees to the rest.
    select distinct
        entity_id,
        source_table,
        source_record_id
    from {{ ref('int_expected_entries') }}
    union distinct
    -- What has no exchange rate is read, and then quarantined because it cannot be valued.
    select distinct
        entity_id,
        source_table,
        source_record_id
    from {{ ref('int_rows_without_rate') }}
),

carried as (
    select distinct
        carriers.entity_id,
        carriers.source_table,
        carriers.source_record_id
    from carriers
    inner join parts
        on
            carriers.entity_id = parts.entity_id
            and carriers.carrier_record_id = parts.source_record_id
),

-- A line that a discount takes to nothing has nothing to judge.
worthless_lines as (
    select
        entity_id,
        source_table,
        source_record_id
    from {{ ref('int_invoice_lines') }}
    where net_amount_minor = 0 and tax_amount_minor = 0
)

select
    accepted.entity_id,
    accepted.source_name,
    accepted.source_table,
    accepted.source_record_id
from accepted
left join parts
    on
        accepted.entity_id = parts.entity_id
        and accepted.source_table = parts.source_table
        and accepted.source_record_id = parts.source_record_id
left join carried
    on
        accepted.entity_id = carried.entity_id
        and accepted.source_table = carried.source_table
        and accepted.source_record_id = carried.source_record_id
left join worthless_lines
    on
        accepted.entity_id = worthless_lines.entity_id
        and accepted.source_table = worthless_lines.source_table
        and accepted.source_record_id = worthless_lines.source_record_id
where
    parts.source_record_id is null
    and carried.source_record_id is null
    and worthless_lines.source_record_id is null
