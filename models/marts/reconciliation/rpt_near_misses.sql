-- grain: one row per item_id
with

near_misses as (
    select * from {{ ref('int_near_misses') }}
),

items as (
    select * from {{ ref('int_items') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

rule_changes as (
    select * from {{ ref('int_rule_changes') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

near_misses_of_items as (
    select
        near_misses.item_id,
        near_misses.leg,
        near_misses.entity_id,
        near_misses.side,
        near_misses.status,
        near_misses.event_type,
        near_misses.account_role,
        near_misses.document_reference,
        near_misses.item_date,
        near_misses.currency_code,
        {{ major_units('near_misses.amount_minor', 'currencies.exponent') }} as amount,
        near_misses.candidate_item_id,
        item_statuses.status as candidate_status,
        item_statuses.match_id as candidate_match_id,
        candidates.item_date as candidate_date,
        candidates.currency_code as candidate_currency_code,
        {{ major_units('candidates.amount_minor', 'candidate_currencies.exponent') }}
            as candidate_amount,
        case
            when near_misses.is_same_currency
                then {{ major_units('near_misses.amount_distance', 'currencies.exponent') }}
        end as distance_amount,
        cast(near_misses.date_distance_days as integer) as date_distance_days,
        cast(near_misses.business_distance_days as integer) as business_distance_days,
        near_misses.is_same_reference,
        near_misses.is_same_role,
        near_misses.is_same_currency,
        near_misses.is_same_customer,
        near_misses.is_same_sign,
        near_misses.is_taken,
        near_misses.is_ambiguous,
        near_misses.failed_predicate_count,
        near_misses.failed_predicates,
        near_misses.has_rule_change,
        rule_changes.changed_rule,
        rule_changes.smallest_rule_change,
        rule_changes.matching_rules_row,
        rule_changes.structural_pairs_row,
        rule_changes.reference_patterns_row
    from near_misses
    inner join rule_changes
        on near_misses.item_id = rule_changes.subject_id
    inner join currencies
        on near_misses.currency_code = currencies.currency_code
    left join items as candidates
        on near_misses.candidate_item_id = candidates.item_id
    left join item_statuses
        on near_misses.candidate_item_id = item_statuses.item_id
    left join currencies as candidate_currencies
        on candidates.currency_code = candidate_currencies.currency_code
)

select * from near_misses_of_items
