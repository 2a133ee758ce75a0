-- grain: one row per match_id, item_id
with

matches as (
    select * from {{ ref('int_matches') }}
),

items as (
    select * from {{ ref('int_items') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

match_items as (
    select
        matches.match_id,
        matches.item_id,
        items.leg,
        items.entity_id,
        matches.side,
        cast(matches.match_tier as integer) as match_tier,
        matches.match_rule,
        matches.confidence,
        items.source_name,
        items.source_table,
        items.source_record_id,
        items.document_reference,
        items.account_role,
        items.item_date,
        items.currency_code,
        {{ major_units('items.amount_minor', 'currencies.exponent') }} as amount,
        {{ major_units('matches.expected_amount_minor', 'currencies.exponent') }}
            as expected_amount,
        {{ major_units('matches.recorded_amount_minor', 'currencies.exponent') }}
            as recorded_amount,
        {{ major_units('matches.residual_amount_minor', 'currencies.exponent') }}
            as residual_amount,
        matches.residual_name,
        cast(matches.date_distance as integer) as date_distance,
        matches.is_cut_off
    from matches
    inner join items
        on matches.item_id = items.item_id
    inner join currencies
        on items.currency_code = currencies.currency_code
)

select * from match_items
