-- Invariant: the open alerts of rule straggler are the documents that have enough open for long enough.
-- Grain: leg, entity, currency, document.
-- A row: a large document has been open for days and no alert says so, or one speaks of a settled document.
-- Then: compare fct_reconciliation_items with int_unmatched_document_days and int_stragglers.
with

open_items as (
    select
        items.leg,
        items.entity_id,
        items.currency_code,
        coalesce(items.document_reference, items.item_id) as document_key,
        items.side,
        items.amount,
        item_days.unmatched_from_date
    from {{ ref('fct_reconciliation_items') }} as items
    inner join {{ ref('int_item_days') }} as item_days
        on items.item_id = item_days.item_id
    where items.status in ('discrepancy', 'expected_only', 'recorded_only')
),

-- The parts of an entry that were open so many days ago are open still, and more may have joined them.
measured as (
    select
        open_items.leg,
        open_items.entity_id,
        open_items.currency_code,
        open_items.document_key,
        open_items.side,
        max(rules.limit_amount) as limit_amount,
        sum(case when open_items.amount > 0 then open_items.amount else 0 end) as debit_now,
        sum(case when open_items.amount < 0 then -open_items.amount else 0 end) as credit_now,
        sum(case
            when open_items.amount > 0
                and {{ dbt.datediff(
                    'open_items.unmatched_from_date', 'entities.as_of_date', 'day'
                ) }} >= rules.waiting_days
                then open_items.amount
            else 0
        end) as debit_waiting,
        sum(case
            when open_items.amount < 0
                and {{ dbt.datediff(
                    'open_items.unmatched_from_date', 'entities.as_of_date', 'day'
                ) }} >= rules.waiting_days
                then -open_items.amount
            else 0
        end) as credit_waiting
    from open_items
    inner join {{ ref('int_entities') }} as entities
        on open_items.entity_id = entities.entity_id
    inner join {{ ref('int_alert_rules') }} as rules
        on
            rules.alert_rule = 'straggler'
            and open_items.leg = rules.leg
            and open_items.entity_id = rules.entity_id
            and open_items.currency_code = rules.currency_code
    group by
        open_items.leg,
        open_items.entity_id,
        open_items.currency_code,
        open_items.document_key,
        open_items.side
),

documents as (
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        max(case when greatest(debit_now, credit_now) >= limit_amount then 1 else 0 end)
            as is_large,
        max(case when greatest(debit_waiting, credit_waiting) >= limit_amount then 1 else 0 end)
            as is_overdue
    from measured
    group by
        leg,
        entity_id,
        currency_code,
        document_key
),

alerts as (
    select
        alerts.leg,
        alerts.entity_id,
        alerts.currency_code,
        alerts.subject
    from {{ ref('fct_alerts') }} as alerts
    where alerts.alert_rule = 'straggler' and alerts.closed_date is null
),

compared as (
    select
        coalesce(alerts.leg, documents.leg) as leg,
        coalesce(alerts.entity_id, documents.entity_id) as entity_id,
        coalesce(alerts.currency_code, documents.currency_code) as currency_code,
        coalesce(alerts.subject, documents.document_key) as document_key,
        case
            when alerts.subject is null and documents.is_overdue = 1 then 'no alert'
            when alerts.subject is not null and coalesce(documents.is_large, 0) = 0 then 'settled'
            else 'ok'
        end as verdict
    from documents
    full outer join alerts
        on
            documents.leg = alerts.leg
            and documents.entity_id = alerts.entity_id
            and documents.currency_code = alerts.currency_code
            and documents.document_key = alerts.subject
)

select * from compared
where verdict <> 'ok'
