-- grain: one row per leg, entity_id, document_reference, event_type
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where event_type is not null
),

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

broken_events as (
    select distinct
        leg,
        entity_id,
        document_reference,
        event_type
    from break_items
),

entry_lines as (
    select
        broken_events.leg,
        broken_events.entity_id,
        broken_events.document_reference,
        broken_events.event_type,
        expected_items.item_id,
        case when expected_items.amount_minor > 0 then 'Dr ' else 'Cr ' end
        || expected_items.account_role || ' '
        || {{ money_text(
            'abs(expected_items.amount_minor)', 'currencies.exponent', 'currencies.currency_code'
        ) }} as line_text,
        case when expected_items.amount_minor > 0 then 'a' else 'b' end
        || expected_items.item_id as line_order
    from broken_events
    inner join expected_items
        on
            broken_events.leg = expected_items.leg
            and broken_events.entity_id = expected_items.entity_id
            and broken_events.document_reference = expected_items.document_reference
            and broken_events.event_type = expected_items.event_type
    inner join currencies
        on expected_items.currency_code = currencies.currency_code
),

entries as (
    select
        leg,
        entity_id,
        document_reference,
        event_type,
        {{ dbt.listagg('line_text', "', '", 'order by line_order') }} as entry_text
    from entry_lines
    group by
        leg,
        entity_id,
        document_reference,
        event_type
)

select * from entries
