-- grain: one row per event_id, component
with

disputes as (
    select * from {{ ref('int_disputes') }}
),

disputes_valued as (
    select * from {{ ref('int_disputes_valued') }}
),

-- A won dispute does not revive the service it ended: the money is a recovery. Where it had been
-- waiting for the decision it only stops waiting, and the rates of the two movements may differ.
components as (
    select
        dispute_id,
        'dispute_won' as event_type,
        'won' as component,
        returned_functional_amount_minor as functional_amount_minor,
        returned_payout_id as payout_id
    from disputes_valued
    where dispute_treatment = 'contra_on_open'
    union all
    select
        dispute_id,
        'dispute_opened' as event_type,
        'held' as component,
        held_functional_amount_minor as functional_amount_minor,
        withdrawn_payout_id as payout_id
    from disputes_valued
    where dispute_treatment <> 'contra_on_open'
    union all
    select
        dispute_id,
        'dispute_won' as event_type,
        'released' as component,
        held_functional_amount_minor as functional_amount_minor,
        returned_payout_id as payout_id
    from disputes_valued
    where dispute_treatment <> 'contra_on_open'
    union all
    select
        dispute_id,
        'dispute_won' as event_type,
        'exchange_difference' as component,
        returned_functional_amount_minor - held_functional_amount_minor as functional_amount_minor,
        returned_payout_id as payout_id
    from disputes_valued
    where
        dispute_treatment <> 'contra_on_open'
        and returned_functional_amount_minor <> held_functional_amount_minor
),

dispute_events as (
    select
        {{ dbt.concat(['components.event_type', "':'", 'disputes.dispute_id']) }} as event_id,
        disputes.entity_id,
        components.event_type,
        components.component,
        disputes.source_name,
        disputes.source_table,
        disputes.source_record_id,
        disputes.source_record_id as document_reference,
        disputes.customer_id,
        components.payout_id as counterparty_reference,
        disputes.invoice_id,
        null as obligation_id,
        disputes.currency_code,
        case
            when components.component = 'exchange_difference' then 0
            when components.component = 'won' then disputes_valued.returned_amount_minor
            else disputes.amount_minor
        end as amount_minor,
        disputes_valued.functional_currency_code,
        components.functional_amount_minor,
        case
            when components.event_type = 'dispute_won' then disputes.won_date
            else disputes.opened_date
        end as event_date,
        disputes.opened_date as policy_date,
        case
            when components.event_type = 'dispute_won' then disputes.won_at
            else disputes.opened_at
        end as recorded_at
    from disputes
    inner join disputes_valued
        on disputes.dispute_id = disputes_valued.dispute_id
    inner join components
        on disputes.dispute_id = components.dispute_id
    where
        components.functional_amount_minor is not null
        and (components.event_type = 'dispute_opened' or disputes.won_date is not null)
)

select * from dispute_events
