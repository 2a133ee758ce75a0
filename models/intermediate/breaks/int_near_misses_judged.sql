-- grain: one row per item_id, candidate_item_id
with

facts as (
    select * from {{ ref('int_near_miss_facts') }}
),

distances as (
    select * from {{ ref('int_near_miss_distances') }}
),

rule_needs as (
    select * from {{ ref('int_rule_needs') }}
),

predicates as (
    select
        facts.*,
        distances.date_distance,
        distances.business_days_apart,
        abs(facts.expected_amount_minor) <> abs(facts.recorded_amount_minor) as is_amount_apart,
        coalesce(distances.counted_days > distances.allowed_days, false) as is_date_apart,
        facts.is_customer_conflict or distances.is_customer_missing as is_customer_apart,
        facts.is_same_role
        and facts.is_same_currency
        and facts.amount_distance = 0
        and not distances.has_rule as is_rule_missing,
        coalesce(facts.expected_match_id = facts.recorded_match_id, false) as is_linked,
        rule_needs.wording as change_wording,
        coalesce(rule_needs.is_within_limits, false) as has_rule_change,
        coalesce(not rule_needs.is_within_limits, false) as is_beyond_limits
    from facts
    inner join distances
        on
            facts.expected_item_id = distances.expected_item_id
            and facts.recorded_item_id = distances.recorded_item_id
    left join rule_needs
        on
            facts.expected_item_id = rule_needs.expected_item_id
            and facts.recorded_item_id = rule_needs.recorded_item_id
),

-- The same pair seen from each side that found no counterpart; the lines of one document or one
-- journal are one block. A discrepancy has its counterpart already and looks for no other.
sides as (
    select
        predicates.*,
        predicates.expected_item_id as item_id,
        predicates.recorded_item_id as candidate_item_id,
        predicates.expected_reference as item_block,
        predicates.recorded_block as candidate_block,
        predicates.recorded_status as candidate_status
    from predicates
    where
        predicates.expected_status = 'expected_only'
        or (predicates.expected_status = 'discrepancy' and predicates.is_linked)
    union all
    select
        predicates.*,
        predicates.recorded_item_id as item_id,
        predicates.expected_item_id as candidate_item_id,
        predicates.recorded_block as item_block,
        predicates.expected_reference as candidate_block,
        predicates.expected_status as candidate_status
    from predicates
    where
        predicates.recorded_status = 'recorded_only'
        or (predicates.recorded_status = 'discrepancy' and predicates.is_linked)
),

near_misses_judged as (
    select
        sides.item_id,
        sides.candidate_item_id,
        sides.expected_item_id,
        sides.recorded_item_id,
        sides.item_block,
        sides.candidate_block,
        sides.is_same_reference,
        sides.is_reference_known,
        sides.is_same_role,
        sides.is_same_currency,
        sides.is_same_customer,
        sides.is_customer_apart,
        sides.is_same_sign,
        sides.is_amount_apart,
        sides.is_date_apart,
        sides.is_rule_missing,
        sides.candidate_status in ('matched', 'suggested', 'discrepancy', 'ignored')
        and not sides.is_linked as is_taken,
        coalesce(sides.expected_name is not null and not sides.is_exact_name, false)
            as is_spelled_otherwise,
        sides.amount_distance,
        sides.date_distance,
        sides.business_days_apart,
        sides.change_wording,
        sides.has_rule_change,
        sides.is_beyond_limits
    from sides
)

select * from near_misses_judged
