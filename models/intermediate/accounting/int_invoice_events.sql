-- grain: one row per event_id, component, obligation_id
with

obligations as (
    select * from {{ ref('int_obligations') }}
    where source_table <> 'opening_balances'
),

-- Lines that come to nothing in their currency may leave a cent when each is converted by itself:
-- the receivable of nothing is nothing.
left_over as (
    select
        invoice_id,
        min(obligation_id) as obligation_id,
        -cast(sum(net_functional_amount_minor + tax_functional_amount_minor) as bigint)
            as functional_amount_minor
    from obligations
    group by invoice_id
    having
        sum(gross_amount_minor) = 0
        and sum(net_functional_amount_minor + tax_functional_amount_minor) <> 0
),

components as (
    select
        obligation_id,
        case
            when convention in ('passthrough', 'excluded') then convention
            else 'net'
        end as component,
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
    union all
    select
        obligation_id,
        'exchange_difference' as component,
        0 as amount_minor,
        functional_amount_minor
    from left_over
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
        obligations.booked_date as policy_date,
        obligations.recorded_at
    from obligations
    inner join components
        on obligations.obligation_id = components.obligation_id
    where
        components.amount_minor <> 0
        or components.component = 'exchange_difference'
)

select * from invoice_events
