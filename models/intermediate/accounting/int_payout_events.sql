-- grain: one row per event_id
with

payouts as (
    select * from {{ ref('int_payouts') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

-- A payout keeps the value it was sent at until it is at the bank, so nothing stays in transit. One
-- that comes back before its day comes out of transit, one that comes back later out of the bank.
sent as (
    select
        payouts.payout_id,
        payouts.entity_id,
        payouts.source_name,
        payouts.source_table,
        payouts.source_record_id,
        payouts.status,
        payouts.currency_code,
        payouts.amount_minor,
        payouts.created_at,
        payouts.created_date,
        payouts.arrival_date,
        payouts.failed_at,
        payouts.failed_date,
        payouts.returned_date,
        entities.functional_currency_code,
        entities.as_of_date,
        {{ convert_money('payouts.amount_minor', 'factors.multiplier', 'factors.divisor') }}
            as functional_amount_minor
    from payouts
    inner join entities
        on payouts.entity_id = entities.entity_id
    inner join factors
        on
            payouts.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and payouts.created_date = factors.rate_date
    where payouts.status <> 'canceled'
),

steps as (
    select
        payout_id,
        'payout_sent' as event_type,
        created_date as event_date,
        created_at as recorded_at,
        1 as direction
    from sent
    union all
    select
        payout_id,
        'payout_arrived' as event_type,
        arrival_date as event_date,
        cast(arrival_date as {{ dbt.type_timestamp() }}) as recorded_at,
        1 as direction
    from sent
    where
        (status = 'paid' or returned_date is not null)
        and arrival_date <= as_of_date
    union all
    select
        payout_id,
        case when returned_date is null then 'payout_failed' else 'payout_returned' end
            as event_type,
        failed_date as event_date,
        failed_at as recorded_at,
        -1 as direction
    from sent
    where failed_date is not null
),

payout_events as (
    select
        {{ dbt.concat(['steps.event_type', "':'", 'sent.payout_id']) }} as event_id,
        sent.entity_id,
        steps.event_type,
        'payout' as component,
        sent.source_name,
        sent.source_table,
        sent.source_record_id,
        sent.source_record_id as document_reference,
        null as customer_id,
        sent.source_record_id as counterparty_reference,
        null as invoice_id,
        null as obligation_id,
        sent.currency_code,
        steps.direction * sent.amount_minor as amount_minor,
        sent.functional_currency_code,
        steps.direction * sent.functional_amount_minor as functional_amount_minor,
        steps.event_date,
        sent.created_date as policy_date,
        steps.recorded_at
    from sent
    inner join steps
        on sent.payout_id = steps.payout_id
)

select * from payout_events
