-- grain: one row per item_id
with

ranked as (
    select * from {{ ref('int_near_misses_ranked') }}
    where candidate_rank = 1
),

judged as (
    select * from {{ ref('int_near_misses_judged') }}
),

-- What would link the best pair, or else the first reason why no rule could.
near_miss_candidates as (
    select
        ranked.item_id,
        ranked.candidate_item_id,
        ranked.expected_item_id,
        ranked.recorded_item_id,
        ranked.fitting_candidate_count,
        ranked.fitting_item_count,
        ranked.is_contested,
        ranked.is_ambiguous,
        judged.is_taken,
        judged.is_same_reference,
        judged.is_same_role,
        judged.is_same_currency,
        judged.is_same_customer,
        judged.is_customer_apart,
        judged.is_same_sign,
        judged.is_amount_apart,
        judged.is_date_apart,
        judged.is_rule_missing,
        judged.amount_distance,
        judged.date_distance,
        judged.business_days_apart,
        judged.has_rule_change,
        case
            when judged.has_rule_change then judged.change_wording
            when ranked.failed_count = 1 and judged.is_taken then 'none_taken'
            when not judged.is_same_role then 'none_role'
            when not judged.is_same_currency then 'none_currency'
            when not judged.is_same_sign then 'none_sign'
            when judged.is_taken then 'none_taken'
            when judged.is_same_reference and judged.is_customer_apart then 'none_customer'
            when judged.is_beyond_limits then 'none_limit'
            when judged.is_same_reference and judged.is_amount_apart then 'none_limit'
            when judged.is_reference_known and not judged.is_same_reference then 'none_reference'
            when ranked.is_ambiguous then 'none_ambiguity'
            when ranked.is_contested then 'none_contested'
            when judged.is_spelled_otherwise then 'none_spelling'
            when judged.is_amount_apart then 'none_amount'
            when judged.is_customer_apart then 'none_customer'
            else 'none_decision'
        end as wording
    from ranked
    inner join judged
        on
            ranked.item_id = judged.item_id
            and ranked.candidate_item_id = judged.candidate_item_id
)

select * from near_miss_candidates
