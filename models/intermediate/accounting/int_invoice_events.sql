-- grain: one row per event_id, component, obligation_id
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

components as (
    select
        obligation_id,
        'net' as component,
        net_amount_minor as amount_minor,
        net_functional_amount_minor as functional_amount_minor
    from obligations
    union all
    select
        obligation_id,
        'tax' as component,
        tax_amount_minor as amount_minor,
        tax_functional_amount_minor as functional_amount_minor
    from obligations
),

invoice_events as (
    select
        {{ dbt.concat(["'invoice_finalised:'", 'obligations.invoice_id']) }} as event_id,
        obligations.entity_id,
        'invoice_finalised' as event_type,
        components.component,
        obligations.source_name,
        'invoice' as source_table,
        obligations.document_reference as source_record_id,
        obligations.document_reference,
        obligations.customer_id,
        null as counterparty_reference,
        obligations.invoice_id,
        obligations.obligation_id,
        obligations.currency_code,
        components.amount_minor,
        obligations.functional_currency_code,
        components.functional_amount_minor,
        obligations.booked_date as event_date,
        obligations.recorded_at
    from obligations
    inner join components
        on obligations.obligation_id = components.obligation_id
    where components.amount_minor <> 0
)

select * from invoice_events
