-- grain: one row per event_id, account_role
with

entries as (
    select * from {{ ref('int_expected_entries') }}
),

revalued_roles as (
    select * from {{ ref('revalued_roles') }}
),

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- What the processor moved for an object, in the currency it holds.
settled as (
    select
        entity_id,
        object_reference,
        kind,
        min(currency_code) as currency_code,
        sum(gross_amount_minor) as amount_minor
    from processor_transactions
    where object_reference is not null
    group by
        entity_id,
        object_reference,
        kind
),

events as (
    select
        entries.event_id,
        entries.account_role,
        revalued_roles.currency_basis,
        entries.entity_id,
        entries.source_record_id,
        entries.currency_code,
        entries.functional_currency_code,
        entries.entry_date,
        case
            when entries.event_type in ('payment', 'payment_unapplied', 'payment_recovered')
                then 'charge'
            when entries.event_type in ('dispute_opened', 'dispute_lost') then 'dispute'
            when entries.event_type = 'dispute_won' then 'dispute_reversal'
            when entries.event_type = 'refund_failed' then 'refund_failure'
            else entries.event_type
        end as settlement_kind,
        sum(entries.amount_minor) as amount_minor,
        sum(entries.functional_amount_minor) as functional_amount_minor
    from entries
    inner join revalued_roles
        on entries.account_role = revalued_roles.account_role
    inner join entities
        on
            entries.entity_id = entities.entity_id
            and entries.entry_date <= entities.as_of_date
    group by
        entries.event_id,
        entries.account_role,
        revalued_roles.currency_basis,
        entries.entity_id,
        entries.source_record_id,
        entries.currency_code,
        entries.functional_currency_code,
        entries.entry_date,
        entries.event_type
),

-- Entries on the processor's account speak of what the customer saw. The money there is what the
-- processor settled; payouts and fees are in that currency already.
revalued_events as (
    select
        events.event_id,
        events.account_role,
        events.entity_id,
        events.entry_date,
        coalesce(settled.currency_code, events.currency_code) as currency_code,
        events.functional_currency_code,
        cast(coalesce(settled.amount_minor, events.amount_minor) as bigint) as amount_minor,
        cast(events.functional_amount_minor as bigint) as functional_amount_minor
    from events
    left join settled
        on
            events.currency_basis = 'settlement'
            and events.entity_id = settled.entity_id
            and events.source_record_id = settled.object_reference
            and events.settlement_kind = settled.kind
)

select * from revalued_events
