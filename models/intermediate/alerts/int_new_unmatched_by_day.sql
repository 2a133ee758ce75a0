-- grain: one row per leg, entity_id, currency_code, event_type, counts_from_date
with

alert_items as (
    select * from {{ ref('int_alert_items') }}
    where alert_rule = 'new_unmatched'
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- An entry that nothing upstream stands behind has no event.
documents as (
    select
        leg,
        entity_id,
        currency_code,
        exponent,
        document_key,
        min(counts_from_date) as counts_from_date,
        coalesce(max(event_type), 'recorded_entry') as event_type
    from alert_items
    group by
        leg,
        entity_id,
        currency_code,
        exponent,
        document_key
),

document_amounts as (
    select
        documents.leg,
        documents.entity_id,
        documents.currency_code,
        documents.exponent,
        documents.document_key,
        documents.event_type,
        documents.counts_from_date,
        greatest(
            sum(case
                when alert_items.side = 'expected' and alert_items.amount_minor > 0
                    then alert_items.amount_minor
                else 0
            end),
            sum(case
                when alert_items.side = 'expected' and alert_items.amount_minor < 0
                    then -alert_items.amount_minor
                else 0
            end),
            sum(case
                when alert_items.side = 'recorded' and alert_items.amount_minor > 0
                    then alert_items.amount_minor
                else 0
            end),
            sum(case
                when alert_items.side = 'recorded' and alert_items.amount_minor < 0
                    then -alert_items.amount_minor
                else 0
            end)
        ) as amount_minor
    from documents
    inner join alert_items
        on
            documents.leg = alert_items.leg
            and documents.entity_id = alert_items.entity_id
            and documents.currency_code = alert_items.currency_code
            and documents.document_key = alert_items.document_key
            and documents.counts_from_date = alert_items.counts_from_date
    group by
        documents.leg,
        documents.entity_id,
        documents.currency_code,
        documents.exponent,
        documents.document_key,
        documents.event_type,
        documents.counts_from_date
),

new_unmatched as (
    select
        document_amounts.leg,
        document_amounts.entity_id,
        document_amounts.currency_code,
        document_amounts.exponent,
        document_amounts.event_type,
        document_amounts.counts_from_date,
        cast({{ dbt.datediff(
            "cast('2000-01-03' as date)", 'document_amounts.counts_from_date', 'day'
        ) }} % 7 + 1 as int) as weekday_number,
        cast(count(*) as bigint) as document_count,
        cast(sum(document_amounts.amount_minor) as bigint) as amount_minor
    from document_amounts
    inner join entities
        on
            document_amounts.entity_id = entities.entity_id
            and document_amounts.counts_from_date <= entities.as_of_date
    group by
        document_amounts.leg,
        document_amounts.entity_id,
        document_amounts.currency_code,
        document_amounts.exponent,
        document_amounts.event_type,
        document_amounts.counts_from_date
)

select * from new_unmatched
