-- grain: one row per event_id
with

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

-- Fees stand in a column of the charge or dispute they belong to, or in a row of their own.
fees as (
    select
        processor_transaction_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        case
            when kind in ('dispute', 'dispute_reversal') then 'dispute_fee'
            else 'processor_fee'
        end as event_type,
        case
            when kind in ('dispute', 'dispute_reversal') then object_reference
            else source_record_id
        end as document_reference,
        customer_id,
        payout_id,
        currency_code,
        case when kind = 'fee' then -net_amount_minor else fee_amount_minor end as amount_minor,
        occurred_date,
        recorded_at
    from processor_transactions
    where
        fee_amount_minor <> 0
        or kind = 'fee'
),

processor_events as (
    select
        {{ dbt.concat(['fees.event_type', "':'", 'fees.processor_transaction_id']) }} as event_id,
        fees.entity_id,
        fees.event_type,
        'fee' as component,
        fees.source_name,
        fees.source_table,
        fees.source_record_id,
        fees.document_reference,
        fees.customer_id,
        fees.payout_id as counterparty_reference,
        null as invoice_id,
        null as obligation_id,
        fees.currency_code,
        fees.amount_minor,
        entities.functional_currency_code,
        {{ convert_money('fees.amount_minor', 'factors.multiplier', 'factors.divisor') }}
            as functional_amount_minor,
        fees.occurred_date as event_date,
        fees.occurred_date as policy_date,
        fees.recorded_at
    from fees
    inner join entities
        on fees.entity_id = entities.entity_id
    inner join factors
        on
            fees.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and fees.occurred_date = factors.rate_date
    where fees.amount_minor <> 0
)

select * from processor_events
