-- grain: one row per balance_change_id
with

readable as (
    select * from {{ from_sources('billing_sources', 'customer_balance_changes') }}
),

customer_balance_changes as (
    select
        balance_change_id,
        customer_id,
        invoice_id,
        credit_note_id,
        kind,
        currency_code,
        amount_minor,
        changed_at,
        {{ accounting_date('changed_at', 'entity_timezone') }} as changed_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from readable
)

select * from customer_balance_changes
