-- grain: one row per event_id
with

disputes as (
    select * from {{ ref('int_disputes') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

settlements as (
    select * from {{ ref('int_settlements') }}
),

-- A won dispute does not revive the service: the money is a recovery, the schedule stays reduced.
dispute_won_events as (
    select
        {{ dbt.concat(["'dispute_won:'", 'disputes.dispute_id']) }} as event_id,
        disputes.entity_id,
        'dispute_won' as event_type,
        'won' as component,
        disputes.source_name,
        disputes.source_table,
        disputes.source_record_id,
        disputes.source_record_id as document_reference,
        disputes.customer_id,
        settlements.payout_id as counterparty_reference,
        disputes.invoice_id,
        null as obligation_id,
        disputes.currency_code,
        disputes.amount_minor,
        entities.functional_currency_code,
        settlements.functional_amount_minor,
        disputes.won_date as event_date,
        disputes.won_at as recorded_at
    from disputes
    inner join entities
        on disputes.entity_id = entities.entity_id
    inner join settlements
        on
            disputes.entity_id = settlements.entity_id
            and disputes.source_record_id = settlements.object_reference
            and settlements.kind = 'dispute_reversal'
    where disputes.won_date is not null
)

select * from dispute_won_events
