-- grain: one row per item_id, candidate_item_id
with

near_misses_judged as (
    select * from {{ ref('int_near_misses_judged') }}
),

counted as (
    select
        near_misses_judged.*,
        case when near_misses_judged.is_same_reference then 0 else 1 end
        + case when near_misses_judged.is_same_role then 0 else 1 end
        + case when near_misses_judged.is_same_currency then 0 else 1 end
        + case when near_misses_judged.is_same_sign then 0 else 1 end
        + case when near_misses_judged.is_customer_apart then 1 else 0 end
        + case when near_misses_judged.is_amount_apart then 1 else 0 end
        + case when near_misses_judged.is_date_apart then 1 else 0 end
        + case when near_misses_judged.is_rule_missing then 1 else 0 end
        + case when near_misses_judged.is_taken then 1 else 0 end as failed_count
    from near_misses_judged
),

-- What fails least comes first; then what a change of a rule would link, what names the same
-- document, and what lies nearer.
preferences as (
    select
        counted.*,
        dense_rank() over (
            partition by counted.item_id
            order by
                counted.failed_count asc,
                case when counted.has_rule_change then 0 else 1 end asc,
                case when counted.is_same_reference then 0 else 1 end asc,
                case when counted.is_same_customer then 0 else 1 end asc,
                counted.amount_distance asc,
                counted.date_distance asc
        ) as preference_of_item,
        dense_rank() over (
            partition by counted.candidate_item_id
            order by
                counted.failed_count asc,
                case when counted.has_rule_change then 0 else 1 end asc,
                case when counted.is_same_reference then 0 else 1 end asc,
                case when counted.is_same_customer then 0 else 1 end asc,
                counted.amount_distance asc,
                counted.date_distance asc
        ) as preference_of_candidate
    from counted
),

equals_for_item as (
    select
        item_id,
        count(distinct candidate_block) as block_count
    from preferences
    where preference_of_item = 1
    group by item_id
),

equals_for_candidate as (
    select
        candidate_item_id,
        count(distinct item_block) as block_count
    from preferences
    where preference_of_candidate = 1
    group by candidate_item_id
),

near_misses_ranked as (
    select
        preferences.item_id,
        preferences.candidate_item_id,
        preferences.expected_item_id,
        preferences.recorded_item_id,
        preferences.failed_count,
        equals_for_item.block_count as fitting_candidate_count,
        equals_for_candidate.block_count as fitting_item_count,
        not preferences.is_taken
        and not preferences.has_rule_change
        and preferences.preference_of_candidate > 1 as is_contested,
        not preferences.is_taken
        and not preferences.has_rule_change
        and (
            equals_for_item.block_count > 1
            or (preferences.preference_of_candidate = 1 and equals_for_candidate.block_count > 1)
        ) as is_ambiguous,
        row_number() over (
            partition by preferences.item_id
            order by preferences.preference_of_item asc, preferences.candidate_item_id asc
        ) as candidate_rank
    from preferences
    inner join equals_for_item
        on preferences.item_id = equals_for_item.item_id
    inner join equals_for_candidate
        on preferences.candidate_item_id = equals_for_candidate.candidate_item_id
)

select * from near_misses_ranked
