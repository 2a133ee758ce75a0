-- grain: one row per item_id, candidate_item_id
with

ambiguous_matches as (
    select * from {{ ref('int_ambiguous_matches') }}
),

items as (
    select * from {{ ref('int_items') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

ambiguous_candidates as (
    select
        ambiguous_matches.item_id,
        ambiguous_matches.candidate_item_id,
        items.leg,
        items.entity_id,
        items.account_role,
        items.item_date,
        items.currency_code,
        {{ major_units('items.amount_minor', 'currencies.exponent') }} as amount,
        ambiguous_matches.match_rule,
        candidates.document_reference as candidate_document_reference,
        candidates.customer_id as candidate_customer_id,
        candidates.item_date as candidate_date,
        item_statuses.status as candidate_status,
        cast(ambiguous_matches.date_distance as integer) as date_distance_days,
        ambiguous_matches.candidate_count,
        ambiguous_matches.is_ambiguous_for_item,
        ambiguous_matches.is_ambiguous_for_candidate,
        case
            when ambiguous_matches.is_ambiguous_for_item
                then cast(ambiguous_matches.candidate_count as {{ dbt.type_string() }})
                    || ' candidates fit this item equally well'
            else 'this candidate fits other items equally well'
        end as explanation
    from ambiguous_matches
    inner join items
        on ambiguous_matches.item_id = items.item_id
    inner join items as candidates
        on ambiguous_matches.candidate_item_id = candidates.item_id
    inner join item_statuses
        on ambiguous_matches.candidate_item_id = item_statuses.item_id
    inner join currencies
        on items.currency_code = currencies.currency_code
)

select * from ambiguous_candidates
