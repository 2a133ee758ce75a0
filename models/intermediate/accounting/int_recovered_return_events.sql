-- grain: one row per event_id, component
with

returns as (
    select * from {{ ref('int_recovered_returns') }}
),

components as (
    select * from {{ ref('int_recovered_return_components') }}
),

recovered_return_events as (
    select
        {{ dbt.concat(['returns.event_type', "':'", 'returns.return_id']) }} as event_id,
        returns.entity_id,
        returns.event_type,
        components.component,
        returns.source_name,
        returns.source_table,
        returns.source_record_id,
        returns.source_record_id as document_reference,
        returns.customer_id,
        returns.payout_id as counterparty_reference,
        returns.invoice_id,
        null as obligation_id,
        returns.currency_code,
        components.amount_minor,
        returns.functional_currency_code,
        components.functional_amount_minor,
        returns.event_date,
        returns.policy_date,
        returns.recorded_at
    from returns
    inner join components
        on
            returns.event_type = components.event_type
            and returns.return_id = components.return_id
    where components.amount_minor <> 0 or components.functional_amount_minor <> 0
)

select * from recovered_return_events
