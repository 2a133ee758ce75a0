-- grain: one row per event_id
with

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
    where kind in ('topup', 'reserve', 'transfer', 'conversion')
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

-- Signed so that the usual direction is positive: what is held back or sent on has left the balance,
-- what is topped up or converted has come into it. A top-up and a transfer have names of their own.
movements as (
    select
        *,
        'processor_' || kind as event_type,
        case kind
            when 'topup' then 'moved'
            when 'transfer' then 'moved'
            when 'reserve' then 'held'
            else 'converted'
        end as component,
        case
            when kind in ('topup', 'transfer') then coalesce(object_reference, source_record_id)
            else source_record_id
        end as document_reference,
        case when kind in ('reserve', 'transfer') then -1 else 1 end * gross_amount_minor
            as amount_minor
    from processor_transactions
),

processor_movement_events as (
    select
        movements.event_type || ':' || movements.processor_transaction_id as event_id,
        movements.entity_id,
        movements.event_type,
        movements.component,
        movements.source_name,
        movements.source_table,
        movements.source_record_id,
        movements.document_reference,
        movements.customer_id,
        movements.payout_id as counterparty_reference,
        null as invoice_id,
        null as obligation_id,
        movements.currency_code,
        movements.amount_minor,
        entities.functional_currency_code,
        {{ convert_money('movements.amount_minor', 'factors.multiplier', 'factors.divisor') }}
            as functional_amount_minor,
        movements.occurred_date as event_date,
        movements.occurred_date as policy_date,
        movements.recorded_at
    from movements
    inner join entities
        on movements.entity_id = entities.entity_id
    inner join factors
        on
            movements.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and movements.occurred_date = factors.rate_date
    where movements.amount_minor <> 0
)

select * from processor_movement_events
