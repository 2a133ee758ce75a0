-- grain: one row per event_id, component
with

write_offs as (
    select * from {{ ref('int_write_offs') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

line_components as (
    select * from {{ ref('int_reduction_line_components') }}
),

-- An invoice that is voided after it was written off owes nothing any more: what stands in bad
-- debt becomes a void. Its tax, where that was left owed, is owed no longer.
bad_debts as (
    select
        reduction_id,
        case
            when component = 'tax' then 'written_off_tax'
            else 'written_off_before'
        end as component,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(functional_amount_minor) as bigint) as functional_amount_minor
    from line_components
    where component in ('recognised', 'tax')
    group by
        reduction_id,
        component
),

write_off_events as (
    select
        {{ dbt.concat(["'invoice_voided:'", 'write_offs.invoice_id']) }} as event_id,
        invoice_bookings.entity_id,
        'invoice_voided' as event_type,
        bad_debts.component,
        invoice_bookings.source_name,
        'invoice' as source_table,
        invoice_bookings.document_reference as source_record_id,
        invoice_bookings.document_reference,
        invoice_bookings.customer_id,
        null as counterparty_reference,
        write_offs.invoice_id,
        null as obligation_id,
        invoice_bookings.currency_code,
        bad_debts.amount_minor,
        invoice_bookings.functional_currency_code,
        bad_debts.functional_amount_minor,
        write_offs.voided_after_write_off_date as event_date,
        write_offs.written_off_date as policy_date,
        invoice_bookings.voided_at as recorded_at
    from write_offs
    inner join invoice_bookings
        on write_offs.invoice_id = invoice_bookings.invoice_id
    inner join bad_debts
        on
            {{ dbt.concat(['write_offs.invoice_id', "':written_off'"]) }}
            = bad_debts.reduction_id
    where
        write_offs.voided_after_write_off_date is not null
        and bad_debts.amount_minor <> 0
)

select * from write_off_events
