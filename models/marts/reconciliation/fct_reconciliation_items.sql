-- grain: one row per item_id
with

items as (
    select * from {{ ref('int_items') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

matches as (
    select * from {{ ref('int_matches') }}
),

breaks_classified as (
    select * from {{ ref('int_breaks_classified') }}
),

exponents as (
    select
        entities.entity_id,
        entities.functional_currency_code,
        entities.functional_exponent,
        currencies.currency_code,
        currencies.exponent
    from {{ ref('int_entities') }} as entities
    cross join {{ ref('currencies') }} as currencies
),

reconciliation_items as (
    select
        items.item_id,
        items.leg,
        items.side,
        items.entity_id,
        items.source_name,
        items.source_table,
        items.source_record_id,
        items.document_reference,
        items.account_role,
        items.event_type,
        items.customer_id,
        items.counterparty_reference,
        items.currency_code,
        {{ major_units('items.amount_minor', 'exponents.exponent') }} as amount,
        exponents.functional_currency_code,
        {{ major_units('items.functional_amount_minor', 'exponents.functional_exponent') }}
            as functional_amount,
        items.item_date,
        item_statuses.due_date,
        items.recorded_at,
        items.is_manual,
        item_statuses.status,
        item_statuses.status_reason,
        item_statuses.match_id,
        cast(matches.match_tier as integer) as match_tier,
        matches.match_rule,
        matches.confidence,
        breaks_classified.cause,
        breaks_classified.is_estimated,
        breaks_classified.explanation,
        {{ item_fingerprint('items') }} as fingerprint
    from items
    inner join item_statuses
        on items.item_id = item_statuses.item_id
    inner join exponents
        on
            items.entity_id = exponents.entity_id
            and items.currency_code = exponents.currency_code
    left join matches
        on items.item_id = matches.item_id
    left join breaks_classified
        on items.item_id = breaks_classified.item_id
)

select * from reconciliation_items
